import type { Forge } from '@bzzz/coordination';
import {
  BzzzError,
  isBzzzError,
  orderLines,
  parsePolicy,
  type RepoName,
  type TaskId,
  type TaskOrder,
  taskParts,
} from '@bzzz/protocol';
import { z } from 'zod';
import { exchange, refusal, type RestDeps } from './rest.ts';

export interface OrderDeps extends RestDeps {
  readonly forge: Pick<Forge, 'account' | 'readAssociation' | 'readBase'>;
  /** Of this peer, for whoever reads the comment. */
  readonly peerName: string;
}

export interface SaidOrder {
  /** The comment. */
  readonly url: string;
}

const Answer = z.object({ html_url: z.string() });

/**
 * Says it as everybody else does, by a comment on the issue, as the account of the token: so it holds for peers
 * that are away now, and people see it. Sent once: no answer may mean that it was said.
 *
 * Throws `order_unheard` where the policy does not listen to that account, and what `fileIssue` throws.
 */
export async function sayOrder(
  deps: OrderDeps,
  { task, order }: { readonly task: TaskId; readonly order: TaskOrder },
  options: { signal?: AbortSignal } = {},
): Promise<SaidOrder> {
  const { repo, number } = taskParts(task);
  await refuseDeaf(deps, repo, options);
  const body = `${orderLines[order]}\n\nSaid by the operator of peer **${deps.peerName}**.`;
  const path = `/repos/${repo}/issues/${number}/comments`;
  const request = { method: 'POST', path, body: { body }, ...options } as const;
  const answer = await exchange(deps, request).catch((error: unknown) => {
    if (!isBzzzError(error, 'forge_unreachable')) throw error;
    const reason = `${error.reason}; look whether the comment is there all the same`;
    throw new BzzzError('forge_unreachable', reason, { cause: error });
  });
  if (answer.status !== 201) throw refusal(answer, `a comment on ${task}`);
  const parsed = Answer.safeParse(answer.body);
  if (!parsed.success) throw new BzzzError('forge_invalid_answer', 'it tells no comment');
  return { url: parsed.data.html_url };
}

/** Peers would pass over the comment without a word. */
async function refuseDeaf({ forge }: OrderDeps, repo: RepoName, options: { signal?: AbortSignal }) {
  const { policy } = await forge.readBase(repo, options);
  if (policy === null) throw new BzzzError('order_unheard', `${repo} has no policy`);
  const { authors } = parsePolicy(policy);
  const account = await forge.account(options);
  if (account.endsWith('[bot]')) {
    throw new BzzzError('order_unheard', `this peer speaks as ${account}; only people are heard`);
  }
  const association = await forge.readAssociation(repo, account, options);
  if (authors.includes(association)) return;
  const reason = `this peer speaks as ${account}, who is ${association} in ${repo}; its policy listens to ${authors.join(', ')}`;
  throw new BzzzError('order_unheard', reason);
}
