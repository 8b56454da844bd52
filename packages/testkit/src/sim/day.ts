/**
 * Hours of ordinary work in virtual time: people file issues one after another and merge what comes of them, and
 * once an hour a peer dies and starts again. For what grows with time where it should grow with work.
 */
import type { TaskView } from '@bzzz/coordination';
import { decodeLockCommit, type IssueNumber } from '@bzzz/protocol';
import { noFaults } from './faults.ts';
import { createWorld, virtualRepo, type World } from './world.ts';

export interface DayOptions {
  readonly seed: number;
  readonly peers: number;
  readonly hours: number;
  /** Between two issues, on the average. */
  readonly everyMs: number;
  /** Called about every ten virtual minutes. */
  readonly onLook: (look: DayLook) => void;
}

/** Of all peers together. */
export interface DayLook {
  readonly atMs: number;
  /** Events that wait for their time: timers of peers, and messages on their way. */
  readonly waiting: number;
  /** Of all journals. */
  readonly entries: number;
  /** Tasks that peers think are not over. */
  readonly open: number;
  /** Issues that have come to their end. */
  readonly done: number;
}

export interface DayReport {
  readonly filed: number;
  /** Issues that did not come to their end. */
  readonly left: readonly IssueNumber[];
  readonly hash: string;
}

const HOUR_MS = 3_600_000;
const LOOK_EVERY_MS = 600_000;
/** From the last issue on, in which all come to their end. */
const REST_MS = HOUR_MS;
const DOWN_MS = 30_000;
/** A person looks at a result for so long. */
const MERGE_AFTER_MS = 120_000;

export async function playDay(options: DayOptions): Promise<DayReport> {
  const { seed, peers, hours, everyMs, onLook } = options;
  const lengthMs = hours * HOUR_MS;
  const filingMs = Math.max(everyMs, lengthMs - REST_MS);
  const world = createWorld({
    seed: `day/${seed}`,
    peers,
    tasks: Math.floor(filingMs / everyMs),
    faults: noFaults,
    sharedAccount: true,
    bug: undefined,
    policy: { checkpointMs: null, verdicts: Math.min(1, peers - 1), helpers: 1, inRoles: false },
    fileAfterMs: 10_000,
    filingMs,
    keepTrace: false,
  });
  const { timeline, random, history } = world;
  for (const peer of world.peers()) {
    timeline.after(random.between(0, 3_000), () => world.start(peer));
  }
  for (let hour = 1; hour < hours; hour += 1) timeline.after(hour * HOUR_MS, () => die(world));
  for (let atMs = LOOK_EVERY_MS; atMs <= lengthMs; atMs += LOOK_EVERY_MS) {
    await timeline.run({ untilMs: atMs });
    mergeResults(world);
    onLook(lookAt(world));
  }
  const left = world.tasks
    .map(({ issue }) => issue.number)
    .filter((number) => !hasEnded(world, number));
  return { filed: world.tasks.length, left, hash: history.hash() };
}

function die(world: World): void {
  const peer = world.random.pick(world.peers());
  if (peer === undefined) return;
  world.crash(peer);
  world.timeline.after(DOWN_MS, () => world.start(peer));
}

function mergeResults({ state, timeline, history }: World): void {
  const nowMs = timeline.nowMs();
  for (const number of state.numbers()) {
    const now = state.at(number, nowMs);
    if (now?.pullRequest?.state !== 'open' || nowMs - now.atMs < MERGE_AFTER_MS) continue;
    const pullRequest = { ...now.pullRequest, state: 'merged' as const };
    state.change(number, nowMs, { pullRequest, issue: { ...now.issue, state: 'closed' } });
    history.record({ kind: 'people', number, act: 'merge' });
  }
}

function lookAt(world: World): DayLook {
  const { timeline, tasks } = world;
  const peers = world.peers();
  const sumOf = (count: (peer: (typeof peers)[number]) => number): number =>
    peers.reduce((sum, peer) => sum + count(peer), 0);
  return {
    atMs: timeline.nowMs(),
    waiting: timeline.waiting(),
    entries: sumOf(({ disk }) => disk.entries.length),
    open: sumOf(({ coordinator }) => coordinator?.view().tasks.filter(isOpen).length ?? 0),
    done: tasks.filter(({ issue }) => hasEnded(world, issue.number)).length,
  };
}

/** What nobody is to do, such as an issue of a stranger or one that was closed, is in mind but not under way. */
function isOpen({ state, wanted }: TaskView): boolean {
  if (state === 'open') return wanted;
  return state !== 'done' && state !== 'failed' && state !== 'released';
}

/** Merged, given up after the last attempt, or of somebody whom nobody trusts, and let alone. */
function hasEnded({ state, timeline }: World, number: IssueNumber): boolean {
  const now = state.at(number, timeline.nowMs());
  if (now === undefined) return false;
  if (now.issue.state === 'closed') return true;
  if (now.lock === null) return now.issue.association === 'NONE';
  const commit = state.object(now.lock);
  return commit !== undefined && decodeLockCommit(virtualRepo, commit).record.state === 'failed';
}
