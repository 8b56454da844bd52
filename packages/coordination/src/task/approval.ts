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
  isBzzzError,
  issueHash,
  type Policy,
  type RepoName,
  type TaskId,
  taskId,
} from '@bzzz/protocol';
import type { Forge, IssueHistory, Labelled } from '../ports/index.ts';
import type { Trouble } from '../support/trouble.ts';
import { type GateOptions, type GateVerdict, judgeIssue } from './gate.ts';

export type Judgement =
  | GateVerdict
  /** Nobody can tell yet who approved these words: a later look may show it. */
  | { readonly kind: 'unsettled'; readonly reason: string };

export interface Approvals {
  /** As `judgeIssue`, approvals among what counts. Throws what a later try can mend, and `aborted`. */
  judge(
    issue: Issue,
    options: Omit<GateOptions, 'approved'>,
    signal: AbortSignal,
  ): Promise<Judgement>;
}

export interface ApprovalDeps {
  readonly forge: Pick<Forge, 'readHistory' | 'readAssociation'>;
  readonly trouble: Pick<Trouble, 'tell'>;
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
  const { forge, trouble } = deps;
  const known = new Map<TaskId, Known>();

  function remember(task: TaskId, entry: Known): void {
    known.delete(task);
    known.set(task, entry);
    const [oldest] = known.keys();
    if (known.size > knownMax && oldest !== undefined) known.delete(oldest);
  }

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
    remember(task, { history, updatedAtMs: issue.updatedAtMs, reads: reads + 1 });
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

  async function judgeStranger(
    issue: Issue,
    options: GateOptions,
    refused: Extract<GateVerdict, { kind: 'refused' }>,
    signal: AbortSignal,
  ): Promise<Judgement> {
    const { repo, policy } = options;
    const found = await candidates(issue, options, signal);
    const reason = `${refused.reason}; nobody of these`;
    if (found === undefined) {
      return { kind: 'unsettled', reason: `${reason} is seen to have approved these words yet` };
    }
    for (const { by } of found) {
      if (await isTrusted(repo, by, policy, signal)) {
        return judgeIssue(issue, { ...options, approved: true });
      }
    }
    const label = policy.labels.join(' or ');
    return { ...refused, reason: `${reason} has put ${label} on since it was last written` };
  }

  return {
    async judge(issue, options, signal) {
      const verdict = judgeIssue(issue, options);
      if (verdict.kind === 'eligible' || verdict.cause !== 'author') return verdict;
      try {
        return await judgeStranger(issue, options, verdict, signal);
      } catch (error) {
        if (signal.aborted || !isBzzzError(error) || error.retryable) throw error;
        // As when the token may not ask who somebody is: others of the repository must not wait for that.
        trouble.tell(error, taskId(options.repo, issue.number));
        return { kind: 'unsettled', reason: `${verdict.reason}; who approved it cannot be read` };
      }
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
function lower(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toLowerCase());
}
