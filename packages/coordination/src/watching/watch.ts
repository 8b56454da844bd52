/** The loop that looks at one repository and turns what changed into hints. */
import {
  type Account,
  type BzzzError,
  type Issue,
  type IssueNumber,
  isBzzzError,
  limits,
  type Policy,
  parsePolicy,
  type PeerId,
  type RepoName,
  type TaskHint,
  taskId,
  type TaskId,
} from '@bzzz/protocol';
import type { Clock, Forge, IssueCursor, Random } from '../ports/index.ts';
import { backoffMs, isMendable } from '../support/backoff.ts';
import type { Trouble } from '../support/trouble.ts';
import { createWaker } from '../support/waker.ts';
import type { Consent, Judgement } from '../task/consent.ts';
import type { BlockersOf } from '../task/blockers.ts';
import { isAsked } from '../task/gate.ts';
import { createWaitingList } from './waiting-list.ts';
import { pollPauseMs, type WatchRole, watchRole } from './roles.ts';

export interface WatchDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly forge: Forge;
  readonly trouble: Trouble;
  readonly blockersOf: BlockersOf;
  readonly consent: Consent;
}

export interface WatchOptions {
  readonly repo: RepoName;
  readonly self: PeerId;
  readonly pollMs: number;
  /** How long a read of the forge may lag. */
  readonly lagMs: number;
  /** The living peers that serve this repository: those among whom the roles are shared out. */
  readonly live: () => readonly PeerId[];
  /** The accounts whose assignment is bzzz's own, because the issue's fence names them. */
  readonly fenceAccounts: (task: TaskId, signal: AbortSignal) => Promise<readonly Account[]>;
  /** Accounts that peers of this mesh use. */
  readonly meshAccounts: () => readonly Account[];
  /** Whether the mesh cares about this issue already; of others only those that ask for bzzz are told. */
  readonly known: (task: TaskId) => boolean;
  /** Whether somebody told that this state of an issue, or a later one, is to be done. */
  readonly isTold: (task: TaskId, updatedAtMs: number) => boolean;
  readonly onHint: (hint: TaskHint) => void;
}

export interface WatchView {
  readonly repo: RepoName;
  readonly role: WatchRole;
  readonly polls: number;
  /** Monotonic; null: never answered yet. */
  readonly answeredAtMs: number | null;
  /** What keeps us from reading it, since when without another answer, and when it is read again. */
  readonly trouble: WatchTrouble | null;
}

interface WatchTrouble {
  readonly code: BzzzError['code'];
  readonly reason: string;
  /** Both monotonic. */
  readonly sinceMs: number;
  readonly retryAtMs: number;
}

export interface Watch {
  /** Look now: a person or a webhook says that something changed. */
  lookNow(): void;
  /** Judges an issue as it was read, though no poll shows a change. Throws what the forge throws. */
  judge(issue: Issue): Promise<void>;
  view(): WatchView;
  stop(): void;
}

/** An issue that could not be judged for good as it stood then. */
interface Aside {
  readonly issue: Issue;
  readonly sinceMs: number;
}

/** The policy is read again after so many polls without a change. */
const policyEveryPolls = 10;
/** Issues that could not be judged and are tried again at one poll; the others have their turn later. */
const againMax = 20;

export function startWatch(deps: WatchDeps, options: WatchOptions): Watch {
  const { clock, random, forge, trouble } = deps;
  const { repo } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const waker = createWaker(clock);
  const blockers = deps.blockersOf(repo);
  const waitingList = createWaitingList({ forge, blockers, trouble }, { repo });
  /** Issues that could not be judged, or not for good; some are tried again now and then. */
  const aside = new Map<IssueNumber, Aside>();
  let cursor: IssueCursor | null = null;
  let policy: Policy | null = null;
  /** Read in this look, or since. */
  let isNewest = false;
  let polls = 0;
  let answeredAtMs: number | null = null;
  let problem: WatchTrouble | null = null;

  async function look(): Promise<void> {
    const thorough = policy === null || polls % policyEveryPolls === 0;
    isNewest = false;
    if (policy === null || thorough) policy = await readPolicy();
    polls += 1;
    const before = policy;
    const { changed, cursor: next } = await forge.pollIssues(repo, cursor, { signal });
    blockers.polled(changed, cursor === null);
    // Every open issue is among these, and one that was closed in between is not.
    if (cursor === null) aside.clear();
    const due = await waitingList.due(changed, thorough, signal);
    const shown = new Set([...changed, ...due].map(({ number }) => number));
    const all = [...aside.values()].map(({ issue }) => issue);
    const again = all.filter(({ number }) => thorough && !shown.has(number));
    const found = [...changed, ...due, ...again.slice(0, againMax)];
    // What is closed needs no further read to be judged, and whoever works on it is not to wait for those that do.
    const isOpen = ({ state }: Issue) => Number(state === 'open');
    for (const issue of found.toSorted((a, b) => isOpen(a) - isOpen(b))) await judgeOrTell(issue);
    // Only now: after an outage an issue that could not be judged is looked at again.
    cursor = policy === before ? next : null;
  }

  /** Throws what a later try can mend. Any other error is this issue's alone: it must not stop the rest. */
  async function judgeOrTell(issue: Issue): Promise<void> {
    try {
      const isSettled = await judge(issue);
      // At first soon, as when one read only lags behind another; then now and then.
      if (!isSettled && asideSinceMs(issue) === undefined) blockers.doubt(issue.number);
      setAside(isSettled ? null : issue, issue.number);
    } catch (error) {
      if (signal.aborted || isMendable(error)) throw error;
      trouble.tell(error, taskId(repo, issue.number));
      setAside(issue, issue.number);
    }
  }

  function setAside(issue: Issue | null, number: IssueNumber): void {
    const sinceMs = asideSinceMs(issue) ?? clock.monotonicMs();
    // To the end, so that each has its turn.
    aside.delete(number);
    if (issue !== null) aside.set(number, { issue, sinceMs });
  }

  /** Since when this state of an issue could not be judged for good; undefined: it was not tried before. */
  function asideSinceMs(issue: Issue | null): number | undefined {
    const before = issue === null ? undefined : aside.get(issue.number);
    return before?.issue.updatedAtMs === issue?.updatedAtMs ? before?.sinceMs : undefined;
  }

  /** False: not for good, since nobody can tell yet what people said of it. */
  async function judge(issue: Issue): Promise<boolean> {
    // Before the first poll, which shows every issue.
    if (policy === null) return true;
    if (isToldOf(issue) && !aside.has(issue.number)) return true;
    const { verdict, fenceAccounts } = await judgedByNewest(issue, policy);
    const isSettled = verdict.kind !== 'unsettled' && verdict.isPartial !== true;
    const sinceMs = asideSinceMs(issue);
    const isSoonKnown = sinceMs === undefined || clock.monotonicMs() - sinceMs < options.lagMs;
    // Nothing is said of what reads that lag behind will show in a moment.
    const isEarly = !isSettled && isSoonKnown;
    const hint = isEarly ? null : await hintOf(issue, verdict, fenceAccounts);
    if (hint !== null) options.onHint(hint);
    return isSettled;
  }

  /** Who told that an issue is to be done, and is contradicted, may know a newer policy than ours. */
  async function judgedByNewest(issue: Issue, current: Policy) {
    const first = await judgedBy(issue, current);
    // No policy has a closed issue worked on, and whoever works on it is to hear of that at once.
    const isDoubted =
      issue.state === 'open' && first.verdict.kind === 'refused' && isToldOfAtAll(issue);
    if (isNewest || !isDoubted) return first;
    const newest = await readPolicy();
    if (newest === current) return first;
    policy = newest;
    return judgedBy(issue, newest);
  }

  async function judgedBy(issue: Issue, current: Policy) {
    const fenceAccounts = await explainedBy(issue, current);
    const about = { policy: current, fenceAccounts, repo };
    return { fenceAccounts, verdict: await deps.consent.judge(issue, about, signal) };
  }

  function isToldOfAtAll({ number, updatedAtMs }: Issue): boolean {
    return options.isTold(taskId(repo, number), updatedAtMs);
  }

  /**
   * Comments are read by the watcher, for all: whoever polls beside it looks into what it has not told, or
   * told to be left alone.
   */
  function isToldOf(issue: Issue): boolean {
    return issue.comments > 0 && roleNow() !== 'watcher' && isToldOfAtAll(issue);
  }

  function roleNow(): WatchRole {
    return watchRole(repo, options.self, options.live());
  }

  /** The accounts whose assignment to this issue is bzzz's own doing. */
  async function explainedBy(issue: Issue, current: Policy): Promise<readonly Account[]> {
    const asked = issue.state === 'open' && issue.assignees.length > 0 && isAsked(issue, current);
    return asked ? options.fenceAccounts(taskId(repo, issue.number), signal) : [];
  }

  async function readPolicy(): Promise<Policy> {
    const { policy: text } = await forge.readBase(repo, { signal });
    const read = parsePolicy(text ?? 'version: 1');
    isNewest = true;
    // Under another policy every issue may be judged differently.
    if (policy !== null && JSON.stringify(read) === JSON.stringify(policy)) return policy;
    cursor = null;
    return read;
  }

  async function hintOf(
    issue: Issue,
    verdict: Judgement,
    fenceAccounts: readonly Account[],
  ): Promise<TaskHint | null> {
    const task = taskId(repo, issue.number);
    const title = issue.title.slice(0, limits.titleCharsMax).toWellFormed();
    if (verdict.kind === 'eligible') {
      const { waiting, updatedAtMs } = await waitingList.judge(issue, verdict.plan, signal);
      if (waiting !== undefined) {
        const waitsFor = [...waiting.numbers];
        return { kind: 'gone', task, title, updatedAtMs, reason: short(waiting.reason), waitsFor };
      }
      const { bodySha256, needs, kind } = verdict.plan;
      const { retriedAtMs } = verdict;
      const retried = retriedAtMs === undefined ? {} : { retriedAtMs };
      const what = { task, title, recipe: kind, bodySha256, needs };
      return { kind: 'seen', ...what, updatedAtMs, ...retried };
    }
    waitingList.forget(issue.number);
    const isMeant = verdict.kind === 'unsettled' || verdict.cause !== 'unasked';
    if (!isMeant && !options.known(task)) return null;
    const { updatedAtMs } = issue;
    const people = issue.assignees.filter((login) => !fenceAccounts.includes(login));
    const ours = options.meshAccounts();
    const isPeople = verdict.kind === 'refused' && verdict.cause === 'people';
    const unexplained = isPeople && people.length > 0 && people.every((one) => ours.includes(one));
    return { kind: 'gone', task, title, updatedAtMs, reason: short(verdict.reason), unexplained };
  }

  async function run(): Promise<void> {
    for (let failures = 0; ; ) {
      let pauseMs: number;
      let failure: BzzzError | undefined;
      try {
        await look();
        failures = 0;
        answeredAtMs = clock.monotonicMs();
        pauseMs = pollPauseMs(roleNow(), options.pollMs, options.live().length);
      } catch (error) {
        if (signal.aborted || !isBzzzError(error)) throw error;
        trouble.tell(error);
        failure = error;
        pauseMs = Math.max(backoffMs(options.pollMs, failures, random), error.retryAfterMs ?? 0);
        failures += 1;
      }
      const restMs = pauseMs * (0.9 + 0.2 * random.unit());
      problem = failure === undefined ? null : troubleOf(failure, restMs);
      await waker.wait(restMs, signal);
    }
  }

  function troubleOf({ code, reason }: BzzzError, restMs: number): WatchTrouble {
    const nowMs = clock.monotonicMs();
    const sinceMs = problem?.code === code ? problem.sinceMs : nowMs;
    return { code, reason, sinceMs, retryAtMs: nowMs + restMs };
  }

  let cancelLook: (() => void) | undefined;
  const offDoubt = blockers.onDoubt(() => {
    cancelLook?.();
    cancelLook = clock.after(options.lagMs, () => waker.wake());
  });
  run().catch((error: unknown) => {
    if (!signal.aborted) trouble.tell(error);
  });
  return {
    lookNow: () => waker.wake(),
    async judge(issue) {
      if (!(await judge(issue))) blockers.doubt(issue.number);
    },
    view() {
      return { repo, role: roleNow(), polls, answeredAtMs, trouble: problem };
    },
    stop() {
      offDoubt();
      cancelLook?.();
      stopping.abort();
    },
  };
}

function short(reason: string): string {
  return reason.slice(0, limits.reasonCharsMax).toWellFormed();
}
