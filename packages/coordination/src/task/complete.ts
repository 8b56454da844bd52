/** From a published result to the end of the task: its pull request, and what other peers say of it. */
import { isBzzzError, limits, type Oid, taskParts } from '@bzzz/protocol';
import type { Holding } from '../fence/holding.ts';
import type { PullRequestText } from '../ports/index.ts';
import { forgeWork } from './insist.ts';
import { adoptedText } from './texts.ts';
import { type VerifyDeps, type VerifyOptions, verifyResult } from './verify.ts';
import type { Visible } from './visible.ts';

export type Completed =
  | { readonly state: 'done'; readonly pullRequest: number; readonly reason: string }
  | { readonly state: 'failed'; readonly reason: string };

export interface CompleteDeps extends VerifyDeps {
  readonly visible: Pick<Visible, 'done' | 'failed' | 'finished' | 'verdicts' | 'ready'>;
}

export type CompleteOptions = VerifyOptions;

export interface Adopting {
  /** The evidence, where it was made here: a pull request that is open says it then. */
  readonly text?: PullRequestText;
  /** The result that stood before this one, which a list of pull requests may still show. */
  readonly before?: Oid;
  /** Said to people before how far the result is verified. */
  readonly note?: string | undefined;
}

/**
 * Completes what people see of a result whose evidence went away with the peer that had it, or whose pull
 * request is there already. One that people have closed stays so.
 */
export async function adopt(
  deps: CompleteDeps,
  options: CompleteOptions,
  holding: Holding,
  signal: AbortSignal,
  adopting: Adopting = {},
): Promise<Completed> {
  const { text, note } = adopting;
  const { record } = holding.tip();
  const { repo, number } = taskParts(record.task);
  const [latest] = await forgeWork(deps, options, record, signal, () =>
    deps.forge.findPullRequests(repo, number, { signal }),
  );
  if (latest === undefined || (latest.state === 'open' && text !== undefined)) {
    const words = text ?? adoptedText(record, options.peerName);
    return complete(deps, options, holding, words, signal, adopting);
  }
  const shown = { pullRequest: latest.number, ...adopting };
  // Also where it is no draft: some plans have none, and what was judged already is said again for nothing.
  if (latest.state === 'open') return judged(deps, options, holding, shown, signal);
  const how = latest.state === 'merged' ? 'merged already' : 'in the hands of people';
  return finished(deps, holding, latest.number, noted(note, how), signal);
}

/** Opens the pull request. When the forge will never take it, a person is told instead. */
export async function complete(
  deps: CompleteDeps,
  options: CompleteOptions,
  holding: Holding,
  text: PullRequestText,
  signal: AbortSignal,
  adopting: Adopting = {},
): Promise<Completed> {
  const { record } = holding.tip();
  let pullRequest: number;
  try {
    pullRequest = await deps.visible.done(record, text, signal);
  } catch (error) {
    if (signal.aborted || !isBzzzError(error)) throw error;
    deps.trouble.tell(error, record.task);
    const reason = `the result is published, but no pull request can be opened: ${error.reason}`;
    await deps.visible.failed(record, reason, signal);
    return { state: 'failed', reason: short(reason) };
  }
  return judged(deps, options, holding, { pullRequest, ...adopting }, signal);
}

/** Has other peers judge the result. */
async function judged(
  deps: CompleteDeps,
  options: CompleteOptions,
  holding: Holding,
  { pullRequest, before, note }: Adopting & { readonly pullRequest: number },
  signal: AbortSignal,
): Promise<Completed> {
  const tip = holding.tip();
  let how: string;
  try {
    how = await verifyResult(deps, options, { tip, pullRequest, before }, signal);
  } catch (error) {
    if (signal.aborted || !isBzzzError(error) || error.code === 'task_fenced') throw error;
    deps.trouble.tell(error, tip.record.task);
    how = `unverified: ${error.reason}`;
  }
  return finished(deps, holding, pullRequest, noted(note, how), signal);
}

function noted(note: string | undefined, how: string): string {
  return note === undefined ? how : `${how}; ${note}`;
}

async function finished(
  deps: CompleteDeps,
  holding: Holding,
  pullRequest: number,
  how: string,
  signal: AbortSignal,
): Promise<Completed> {
  await deps.visible.finished(holding.tip().record, pullRequest, how, signal);
  return { state: 'done', pullRequest, reason: short(how) };
}

function short(text: string): string {
  return text.slice(0, limits.reasonCharsMax).toWellFormed();
}
