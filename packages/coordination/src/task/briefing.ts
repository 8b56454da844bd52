/** A fresh look at what a held task asks for: the hint that led to the claim proves nothing. */
import {
  BzzzError,
  type Issue,
  type LockRecord,
  type Policy,
  parsePolicy,
  taskParts,
} from '@bzzz/protocol';
import type { Base, Forge } from '../ports/index.ts';
import { accountsOf } from '../fence/commit.ts';
import type { Consent } from './consent.ts';
import type { BlockersOf } from './blockers.ts';
import { judgeIssue } from './gate.ts';
import type { Plan } from './plan.ts';
import { waitingByForge, waitingOf } from './waiting.ts';

export interface Briefing {
  readonly issue: Issue;
  readonly plan: Plan;
  readonly policy: Policy;
  readonly base: Base;
  /** When somebody asked last, by a comment, that it be tried again; null: nobody did. */
  readonly retriedAtMs: number | null;
}

interface BriefingDeps {
  readonly blockersOf: BlockersOf;
  readonly consent: Consent;
}

/**
 * Reads issue, policy and what the issue waits for. Throws `task_refused` or `task_edited` when the
 * task must be let go.
 */
export async function brief(
  deps: BriefingDeps & { readonly forge: Pick<Forge, 'readIssue' | 'readBase'> },
  record: LockRecord,
  signal: AbortSignal,
): Promise<Briefing> {
  const { repo, number } = taskParts(record.task);
  const issue = await deps.forge.readIssue(repo, number, { signal });
  const { base, policy: text } = await deps.forge.readBase(repo, { signal });
  if (text === null) throw refused('the repository has no .bzzz/policy.yml on its base branch');
  const policy = parsePolicy(text);
  const { plan, retriedAtMs } = await planFor(deps, issue, record, policy, signal);
  const blockers = deps.blockersOf(repo);
  const waiting = waitingOf(plan, await blockers.lookAnew(plan.after, signal));
  if (waiting === undefined) return { issue, plan, policy, base, retriedAtMs };
  // Everybody hears that it waits, perhaps from a stale read: it must not wait for ever.
  blockers.doubt(number);
  throw refused(waiting.reason);
}

/**
 * One look, only at whether people still want it done, in these words, and approve them where that is
 * asked for. Cheap: no git, and of what it waits for only what the issue itself says. Throws `task_refused` or `task_edited` when they do not.
 */
export async function lookAgain(
  deps: BriefingDeps & { readonly forge: Pick<Forge, 'readIssue'> },
  record: LockRecord,
  policy: Policy,
  signal: AbortSignal,
): Promise<Issue> {
  const { repo, number } = taskParts(record.task);
  const issue = await deps.forge.readIssue(repo, number, { signal });
  const { plan } = await planFor(deps, issue, record, policy, signal);
  const waiting = waitingByForge(plan.blockedByOpen);
  if (waiting === undefined) return issue;
  deps.blockersOf(repo).doubt(number);
  throw refused(waiting.reason);
}

/** What is to be done, when people want it and it is what was claimed. */
async function planFor(
  { consent, blockersOf }: BriefingDeps,
  issue: Issue,
  record: LockRecord,
  policy: Policy,
  signal: AbortSignal,
): Promise<Pick<Briefing, 'plan' | 'retriedAtMs'>> {
  const { repo } = taskParts(record.task);
  const options = { policy, fenceAccounts: accountsOf(record), repo };
  // First what this read alone tells: people are heard at once, whatever keeps the next read.
  const verdict = judgeIssue(issue, { ...options, approved: true });
  if (verdict.kind === 'refused') throw refused(verdict.reason);
  if (verdict.plan.bodySha256 !== record.bodySha256) {
    throw new BzzzError('task_edited', 'the issue was edited since it was seen');
  }
  const consented = await consent.judge(issue, options, signal);
  // Two reads that do not fit together yet: whoever watches must look at it anew too.
  if (consented.kind === 'unsettled') blockersOf(repo).doubt(issue.number);
  if (consented.kind !== 'eligible') throw refused(consented.reason);
  return { plan: verdict.plan, retriedAtMs: consented.retriedAtMs ?? null };
}

function refused(reason: string): BzzzError {
  return new BzzzError('task_refused', reason);
}
