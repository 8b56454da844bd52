/**
 * Looks what became of the pull requests of results, as one peer of the mesh does it: the watcher of their
 * repository. What it says is a hint: whoever bids looks himself.
 */
import {
  BzzzError,
  isBzzzError,
  type Oid,
  type PeerId,
  type Policy,
  parsePolicy,
  type RepoName,
  type TaskHint,
  type TaskId,
  taskParts,
} from '@bzzz/protocol';
import type { LockCommit } from '../fence/commit.ts';
import type { Fence } from '../fence/fence.ts';
import type { TipReading } from '../fence/tip.ts';
import type { Clock, Forge, Random } from '../ports/index.ts';
import { isMendable } from '../support/backoff.ts';
import type { Trouble } from '../support/trouble.ts';
import { createWaker } from '../support/waker.ts';
import type { TaskEntry } from '../task/book.ts';
import { reviewScope, reworkAsked, standingOf } from '../task/rework.ts';

export interface ReviewsDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly forge: Pick<Forge, 'findPullRequests' | 'readBase' | 'readReview'>;
  readonly fence: Pick<Fence, 'look'>;
  readonly trouble: Trouble;
  /** See `Ports`. */
  readonly onOver?: (task: TaskId) => void;
}

export interface ReviewsOptions {
  readonly repo: RepoName;
  readonly reviewMs: number;
  /** Whether it is ours to do now. */
  readonly isWatcher: () => boolean;
  /** Peers that serve the repository and are there. */
  readonly live: () => readonly PeerId[];
  /** All tasks that we know of. */
  readonly tasks: () => readonly TaskEntry[];
  readonly onReading: (task: TaskId, reading: TipReading) => void;
  readonly onHint: (hint: Extract<TaskHint, { kind: 'rework' }>) => void;
  /** This result has its pull request, though nobody told so. */
  readonly onDone: (task: TaskId, result: LockCommit, pullRequest: number) => void;
  /** Nothing asks for a rework of what this lock names, as far as this look shows. */
  readonly onQuiet: (task: TaskId, lock: Oid) => void;
}

export interface Reviews {
  lookNow(): void;
  /** Whether people merged its pull request, as far as was seen: then there is nothing more to look at. */
  isMerged(task: TaskId): boolean;
  stop(): void;
}

/** Pull requests looked at in one round; the others have their turn in the next. */
const looksMax = 20;

interface InReview {
  readonly entry: TaskEntry;
  /** Null: it is to be found out. */
  readonly pullRequest: number | null;
}

export function startReviews(deps: ReviewsDeps, options: ReviewsOptions): Reviews {
  const { clock, random, forge, fence, trouble } = deps;
  const { repo, reviewMs } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const waker = createWaker(clock);
  const merged = new Set<TaskId>();
  let turn = 0;

  async function run(): Promise<void> {
    for (;;) {
      await waker.wait(reviewMs * (0.9 + 0.2 * random.unit()), signal);
      if (!options.isWatcher()) continue;
      try {
        await lookAtAll();
      } catch (error) {
        if (signal.aborted || !isBzzzError(error)) throw error;
        trouble.tell(error);
      }
    }
  }

  async function lookAtAll(): Promise<void> {
    const all = options.tasks().flatMap(inReview);
    if (all.length === 0) return;
    const { policy: text } = await forge.readBase(repo, { signal });
    if (text === null) return;
    const policy = parsePolicy(text);
    const first = turn % all.length;
    turn = first + looksMax;
    const turned = [...all.slice(first), ...all.slice(0, first)];
    for (const one of turned.slice(0, looksMax)) await lookOrTell(one, policy);
  }

  /**
   * Those that people still want, and of which nobody works on more. That it is done its holder tells; of one
   * who is gone it may not have been heard.
   */
  function inReview(entry: TaskEntry): InReview[] {
    const { state, wanted, blocked, task } = entry;
    if (taskParts(task).repo !== repo) return [];
    // Taken up again, it has a pull request to come.
    if (state.state !== 'done') merged.delete(task);
    if (!wanted || blocked !== null || merged.has(task)) return [];
    if (state.state === 'done') return [{ entry, pullRequest: state.pullRequest }];
    const isLeft = state.state === 'claimed' && !options.live().includes(state.hold.peer);
    return isLeft ? [{ entry, pullRequest: null }] : [];
  }

  /** What no later try mends is this task's alone, and keeps no other waiting. */
  async function lookOrTell(one: InReview, policy: Policy): Promise<void> {
    try {
      await look(one, policy);
    } catch (error) {
      if (signal.aborted || isMendable(error)) throw error;
      trouble.tell(error, one.entry.task);
    }
  }

  /** Null: people have not seen the result yet. */
  async function findDone(task: TaskId, tip: LockCommit): Promise<number | null> {
    const { number } = taskParts(task);
    const [latest] = await forge.findPullRequests(repo, number, { signal });
    if (latest === undefined) return null;
    options.onDone(task, tip, latest.number);
    return latest.number;
  }

  async function wasMerged(task: TaskId): Promise<boolean> {
    const [latest] = await forge.findPullRequests(repo, taskParts(task).number, { signal });
    if (latest?.state !== 'merged') return false;
    noteMerged(task);
    return true;
  }

  function noteMerged(task: TaskId): void {
    merged.add(task);
    deps.onOver?.(task);
  }

  async function look({ entry, pullRequest: known }: InReview, { authors }: Policy): Promise<void> {
    const { task, seen } = entry;
    // As the watcher saw it last: a word that was taken back since asks for nothing.
    const retriedAtMs = seen?.retriedAtMs ?? null;
    const reading = await fence.look(task, signal);
    const { tip } = reading;
    // Tidied up, perhaps: then no later look shows more.
    if (tip.kind === 'absent' && known !== null && (await wasMerged(task))) return;
    if (tip.kind !== 'record' || tip.record.state !== 'result') {
      return options.onReading(task, reading);
    }
    const standing = standingOf(tip.record);
    const pullRequest = known ?? (await findDone(task, tip));
    if (standing === undefined || pullRequest === null) return;
    const scope = reviewScope(standing, authors);
    const review = await forge.readReview(repo, pullRequest, { ...scope, signal });
    if (review.state === 'merged') noteMerged(task);
    if (review.unread === true) {
      const reason = `so much was said on pull request #${pullRequest} that not all of it is read`;
      trouble.tell(new BzzzError('review_flooded', reason), task);
    }
    const isRecipe = seen?.recipe !== 'plain';
    const asked = reworkAsked(review, standing, { authors, isRecipe, retriedAtMs });
    if (asked === undefined) return options.onQuiet(task, tip.oid);
    const failed = standing.failures > 0 && !asked.isAnew;
    options.onHint({ kind: 'rework', task, lock: tip.oid, cause: asked.cause, failed });
  }

  run().catch((error: unknown) => {
    if (!signal.aborted) trouble.tell(error);
  });
  return {
    lookNow: () => waker.wake(),
    isMerged: (task) => merged.has(task),
    stop: () => stopping.abort(),
  };
}
