/**
 * Issues of authors whom the policy does not trust. Such a one may be worked on once somebody whom it
 * trusts has approved its words, by putting a label of the policy on after they were last written
 * (invariant 11). Times of the forge have whole seconds, so at the same time is not after. What bzzz's own
 * accounts do is no approval: their tokens lie on machines that run what issues ask for.
 *
 * Only for these issues the forge is asked, once for each state of an issue (invariant 10).
 */
import {
  type Account,
  type Issue,
  issueHash,
  type Policy,
  type RepoName,
  type TaskId,
  taskId,
} from '@bzzz/protocol';
import type { Forge, IssueHistory, Labelled } from '../ports/index.ts';
import { createRecent } from '../support/recent.ts';
import type { GateOptions } from './gate.ts';

type Approval =
  | { readonly kind: 'approved' }
  | { readonly kind: 'none' }
  /** Nobody can tell yet: a later look may show it. */
  | { readonly kind: 'unsettled' };

export interface Approvals {
  /** Whether somebody trusted approved these words. Throws what the forge throws. */
  look(issue: Issue, options: GateOptions, signal: AbortSignal): Promise<Approval>;
}

export interface ApprovalDeps {
  readonly forge: Pick<Forge, 'readHistory' | 'readAssociation'>;
  /** Accounts that peers of this mesh use, our own among them. */
  readonly meshAccounts: () => readonly Account[];
}

interface Known {
  readonly history: IssueHistory;
  /** State of the issue that it was read for, and how often. */
  readonly updatedAtMs: number;
  readonly reads: number;
}

/** Issues beyond this are forgotten, and asked about again. */
const knownMax = 1_000;
/**
 * Reads for one state of an issue that nobody has approved: what happened within the second of the first
 * shows in the next one only.
 */
const readsMax = 2;

export function createApprovals(deps: ApprovalDeps): Approvals {
  const { forge } = deps;
  const known = createRecent<TaskId, Known>(knownMax);

  /** The labellings that would approve this issue if who did them is trusted; undefined: nobody can tell. */
  async function candidates(
    issue: Issue,
    options: GateOptions,
    signal: AbortSignal,
  ): Promise<readonly Approving[] | undefined> {
    const task = taskId(options.repo, issue.number);
    const ours = [...options.fenceAccounts, ...deps.meshAccounts()];
    const approvingIn = (history: IssueHistory) =>
      covers(history, issue) ? approvings(history, issue, options.policy, ours) : undefined;
    const before = known.get(task);
    const found = before && approvingIn(before.history);
    const isSame = before?.updatedAtMs === issue.updatedAtMs;
    const reads = isSame ? before.reads : 0;
    if (found !== undefined && (found.length > 0 || reads >= readsMax)) return found;
    const history = await forge.readHistory(options.repo, issue.number, { signal });
    known.set(task, { history, updatedAtMs: issue.updatedAtMs, reads: reads + 1 });
    return approvingIn(history);
  }

  async function isTrusted(
    repo: RepoName,
    account: Account,
    policy: Policy,
    signal: AbortSignal,
  ): Promise<boolean> {
    return policy.authors.includes(await forge.readAssociation(repo, account, { signal }));
  }

  return {
    async look(issue, options, signal) {
      const found = await candidates(issue, options, signal);
      if (found === undefined) return { kind: 'unsettled' };
      for (const { by } of found) {
        if (await isTrusted(options.repo, by, options.policy, signal)) return { kind: 'approved' };
      }
      return { kind: 'none' };
    },
  };
}

/** Whether it tells of the issue as it was read, or of a later state in the same words. */
function covers(history: IssueHistory, issue: Issue): boolean {
  return history.updatedAtMs >= issue.updatedAtMs && history.wordsSha256 === issueHash(issue);
}

interface Approving extends Labelled {
  readonly by: Account;
}

/** Of each label that stands, only who put it on last counts. */
function approvings(
  history: IssueHistory,
  issue: Issue,
  policy: Policy,
  ours: readonly Account[],
): readonly Approving[] {
  const wanted = lower(policy.labels);
  const standing = lower(issue.labels).filter((label) => wanted.includes(label));
  const own = lower(ours);
  return standing.flatMap((label) => {
    const latest = history.labelled.findLast((one) => one.label.toLowerCase() === label);
    if (latest === undefined || latest.by === null) return [];
    const isAfter = latest.atMs > history.writtenAtMs;
    return isAfter && !own.includes(latest.by.toLowerCase()) ? [{ ...latest, by: latest.by }] : [];
  });
}

/** Labels and logins are the same in any case. */
export function lower(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toLowerCase());
}
