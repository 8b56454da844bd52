/**
 * Keeps the repository tidy, as one peer of the mesh does it: its watcher. Now and then it reads where
 * all branches of bzzz stand, at the cost of one read and one more for each issue that nobody works on.
 * The branches of what is over are deleted under a lease on what was read: once its pull request is merged, whether
 * its issue was closed with that or not, and else when the issue has been closed for long. A claim that stands on
 * an issue that nobody wants any more, or that is left to a person, is looked into: whoever holds it hears
 * of it, and its lease is watched.
 */
import {
  type Issue,
  isBzzzError,
  type LockRecord,
  type Oid,
  type PeerId,
  type RepoName,
  taskId,
  type TaskId,
} from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import { accountsOf } from '../fence/commit.ts';
import type { Fence } from '../fence/fence.ts';
import type { TipReading } from '../fence/tip.ts';
import type { Branches, Clock, Forge, PushReply, Random } from '../ports/index.ts';
import { isMendable } from '../support/backoff.ts';
import { sleep } from '../support/sleep.ts';
import type { Trouble } from '../support/trouble.ts';
import { isAssignedBy, isLongClosed, type Standing, standingOf } from './needless.ts';

export interface TidyDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly forge: Pick<Forge, 'listBranches' | 'deleteBranches' | 'readIssue' | 'findPullRequests'>;
  readonly fence: Pick<Fence, 'look'>;
  readonly chronicle: Chronicle;
  readonly trouble: Trouble;
}

export interface TidyOptions {
  readonly repo: RepoName;
  readonly tidyMs: number;
  readonly keepMs: number;
  /** Whether it is ours to do now. */
  readonly isWatcher: () => boolean;
  /**
   * Whether we work on the task, or it is to be done, as far as we know: then it is not looked at. One whose pull
   * request was merged is not to be done, though its issue is open.
   */
  readonly isPursued: (task: TaskId, isMerged: boolean) => boolean;
  readonly isMerged: (task: TaskId) => boolean;
  /** Whether the claim of somebody else has lapsed before our own eyes. */
  readonly mayTakeOver: (record: LockRecord, oid: Oid) => Promise<boolean>;
  readonly isDead: (peer: PeerId) => boolean;
  /** Watches the lease of a claim that stands. */
  readonly guard: (task: TaskId) => void;
  /** Told what a read of the fence showed. */
  readonly onReading: (task: TaskId, reading: TipReading) => void;
  /**
   * An assignment that counts as a person's is bzzz's own by the lock that stands now, as when a claim
   * arrives late: the issue is to be judged again, though it has not changed. Throws what the forge throws.
   */
  readonly onExplained: (issue: Issue) => Promise<void>;
}

/** Tasks looked at in one round; the others have their turn in the next. */
const looksMax = 50;

/** Returns the function that ends it. */
export function startTidy(deps: TidyDeps, options: TidyOptions): () => void {
  const { clock, random, forge, fence, chronicle, trouble } = deps;
  const { repo, tidyMs, keepMs } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  /** The lock of each task, and how its issue stood, that needed nothing when it was looked at. */
  const looked = new Map<number, string>();

  async function run(): Promise<void> {
    for (;;) {
      await sleep(clock, tidyMs * (0.9 + 0.2 * random.unit()), signal);
      if (!options.isWatcher()) continue;
      try {
        await tidyAll();
      } catch (error) {
        if (signal.aborted || !isBzzzError(error)) throw error;
        trouble.tell(error);
      }
    }
  }

  async function tidyAll(): Promise<void> {
    const all = await forge.listBranches(repo, { signal });
    const numbers = new Set<number>(all.map(({ number }) => number));
    for (const number of looked.keys()) if (!numbers.has(number)) looked.delete(number);
    const due = all.filter(isDue);
    // At random, so that none waits for ever for those before it.
    const start = Math.floor(random.unit() * due.length);
    const turned = [...due.slice(start), ...due.slice(0, start)];
    for (const branches of turned.slice(0, looksMax)) await tidyOrTell(branches);
  }

  /** What no later try mends is this task's alone, and keeps no other waiting. */
  async function tidyOrTell(branches: Branches): Promise<void> {
    try {
      await tidy(branches);
    } catch (error) {
      if (signal.aborted || isMendable(error)) throw error;
      trouble.tell(error, taskId(repo, branches.number));
    }
  }

  function isDue({ number, lock }: Branches): boolean {
    const task = taskId(repo, number);
    return lock !== null && !options.isPursued(task, options.isMerged(task));
  }

  async function tidy({ number, lock }: Branches): Promise<void> {
    const task = taskId(repo, number);
    const issue = await readIssue(number);
    if (issue === undefined) return;
    const over = isLongClosed(issue, clock.wallMs(), keepMs);
    const mark = `${lock} ${issue.state}`;
    if (!over && looked.get(number) === mark) return;
    const reading = await fence.look(task, signal);
    options.onReading(task, reading);
    const standing = standingOf(issue, reading);
    if (standing !== undefined && isAssignedBy(standing, issue)) await options.onExplained(issue);
    const held = standing?.record.state === 'held' ? standing : undefined;
    if (await isLiving(held)) return options.guard(task);
    // A living holder is told until it has heard: nobody else lets go of what it holds.
    const isTold = standing?.record.state !== 'held' || options.isDead(standing.record.peer);
    const isResult = standing?.record.state === 'result';
    const isAsked = standing !== undefined && (over || isResult);
    const pulls = isAsked ? await forge.findPullRequests(repo, number, { signal }) : [];
    const open = pulls.some(({ state }) => state === 'open');
    const isMerged = isResult && pulls[0]?.state === 'merged';
    // One that is open may be merged, which moves no lock; and what is to go is tried until it is gone.
    if (lock !== null && isTold && !open && !isMerged) looked.set(number, mark);
    if (standing === undefined || !(over || isMerged)) return;
    // A result that people have never seen is nobody's to throw away.
    const unseen = isResult && pulls.length === 0;
    if (unseen || open) return;
    // Its holder may have come back while these were asked for.
    if (await isLiving(held)) return;
    await remove(task, standing, issue);
  }

  async function isLiving(held: Standing | undefined): Promise<boolean> {
    return held !== undefined && !(await options.mayTakeOver(held.record, held.lock));
  }

  /** Undefined: it was deleted or moved elsewhere, and its branches are left to people. */
  async function readIssue(number: Branches['number']): Promise<Issue | undefined> {
    try {
      return await forge.readIssue(repo, number, { signal });
    } catch (error) {
      if (isBzzzError(error, 'forge_not_found')) return undefined;
      throw error;
    }
  }

  async function remove(task: TaskId, standing: Standing, issue: Issue): Promise<void> {
    const { number, lock, result, record } = standing;
    const { epoch } = record;
    const what = { task, epoch, lock, result, accounts: [...accountsOf(record)] };
    const closedMs = issue.updatedAtMs;
    const stayed = issue.state === 'open' ? { open: true as const } : {};
    await chronicle.record({ kind: 'tidy.intended', ...what, closedMs, ...stayed });
    const reply = await forge.deleteBranches(repo, { number, lock, result }, { signal });
    await chronicle.record({ kind: 'tidy.settled', task, epoch, outcome: outcomes[reply.kind] });
  }

  run().catch((error: unknown) => {
    if (!signal.aborted) trouble.tell(error);
  });
  return () => stopping.abort();
}

const outcomes = { accepted: 'deleted', rejected: 'kept', unknown: 'unknown' } as const satisfies {
  [K in PushReply['kind']]: string;
};
