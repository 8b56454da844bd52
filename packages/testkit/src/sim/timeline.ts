/**
 * Virtual time: a queue of events by time, ties in the order in which they were put in. Between two
 * events all promises settle, so a run is a function of its seed alone.
 */
export interface Timeline {
  nowMs(): number;
  /** Calls `run` at `nowMs() + delayMs`, in whole milliseconds; the returned function takes it back. */
  after(delayMs: number, run: () => void): () => void;
  /** Runs events until none is left, time is up, or `until` says so. */
  run(options: { untilMs: number; until?: () => boolean }): Promise<void>;
  events(): number;
  /** Events that wait for their time; those that were taken back are not among them. */
  waiting(): number;
}

interface Event {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | null;
}

export function createTimeline(): Timeline {
  const heap: Event[] = [];
  let now = 0;
  let order = 0;
  let done = 0;
  return {
    nowMs: () => now,
    events: () => done,
    waiting: () => heap.filter(({ run }) => run !== null).length,
    after(delayMs, run) {
      order += 1;
      const event: Event = { atMs: now + Math.max(0, Math.ceil(delayMs)), order, run };
      push(heap, event);
      return () => {
        event.run = null;
      };
    },
    async run({ untilMs, until }) {
      await settle(0);
      for (;;) {
        const next = heap[0];
        if (next === undefined || next.atMs > untilMs) break;
        pop(heap);
        if (next.run === null) continue;
        now = next.atMs;
        done += 1;
        next.run();
        await settle(done);
        if (until?.() === true) return;
      }
      now = Math.max(now, Math.ceil(untilMs));
    },
  };
}

/**
 * All promise reactions run before the next tick does, which costs half of what a turn of the event
 * loop does; one of those now and then lets the process take in what comes from outside.
 */
function settle(done: number): Promise<void> {
  // oxlint-disable-next-line no-restricted-globals -- lets promises settle; no time passes by it
  if (done % eventsPerTurn === 0) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => process.nextTick(resolve));
}

const eventsPerTurn = 1_000;

function before(left: Event, right: Event): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}

function push(heap: Event[], event: Event): void {
  let at = heap.length;
  heap.push(event);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || before(parent, event)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const leftAt = 2 * at + 1;
    const left = heap[leftAt];
    const right = heap[leftAt + 1];
    if (left === undefined) break;
    const smaller = right !== undefined && before(right, left) ? right : left;
    if (before(last, smaller)) break;
    heap[at] = smaller;
    at = smaller === left ? leftAt : leftAt + 1;
  }
  heap[at] = last;
}
