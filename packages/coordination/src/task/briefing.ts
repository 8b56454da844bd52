/** A fresh look at what a held task asks for: the hint that led to the claim proves nothing. */
import { type Issue, type LockRecord, type Policy, parsePolicy, taskParts } from '@bzzz/protocol';
import type { Base, Forge } from '../ports/index.ts';
import { accountsOf } from '../fence/commit.ts';
import { judgeIssue, type Plan } from './gate.ts';

export interface Briefing {
  readonly issue: Issue;
  readonly plan: Plan;
  readonly policy: Policy;
  readonly base: Base;
}

/** Reads issue and policy. A string is the reason why the task must be let go. */
export async function brief(
  deps: { forge: Pick<Forge, 'readIssue' | 'readBase'> },
  record: LockRecord,
  signal: AbortSignal,
): Promise<Briefing | string> {
  const { repo, number } = taskParts(record.task);
  const issue = await deps.forge.readIssue(repo, number, { signal });
  const { base, policy: text } = await deps.forge.readBase(repo, { signal });
  if (text === null) return 'the repository has no .bzzz/policy.yml on its base branch';
  const policy = parsePolicy(text);
  const verdict = judgeIssue(issue, { policy, fenceAccounts: accountsOf(record) });
  if (verdict.kind === 'refused') return verdict.reason;
  if (verdict.plan.bodySha256 !== record.bodySha256)
    return 'the issue was edited since it was seen';
  return { issue, plan: verdict.plan, policy, base };
}

/** One look, only at whether people still want it done. Cheap: no git. */
export async function peopleWant(
  deps: { forge: Pick<Forge, 'readIssue'> },
  record: LockRecord,
  policy: Policy,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { repo, number } = taskParts(record.task);
  const issue = await deps.forge.readIssue(repo, number, { signal });
  const verdict = judgeIssue(issue, { policy, fenceAccounts: accountsOf(record) });
  if (verdict.kind === 'refused') return verdict.reason;
  if (verdict.plan.bodySha256 !== record.bodySha256)
    return 'the issue was edited since it was seen';
  return undefined;
}
