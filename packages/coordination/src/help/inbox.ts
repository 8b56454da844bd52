/**
 * The branches that others opened here: what each is answered, and how long it may go on without a
 * sign of life from whoever opened it.
 */
import type { HelpId, HelpRequest, HelpResponse, PeerId } from '@bzzz/protocol';
import type { Clock } from '../ports/index.ts';

interface IncomingBranch {
  /** Resolves when whoever opened it is known to have heard of us, or the branch is over before. */
  readonly begun: Promise<void>;
  /** It was dropped, or its lease is over. */
  readonly over: AbortSignal;
  /** Until when it may go on, on our monotonic clock. */
  untilMs(): number;
  status(): HelpResponse;
  end(response: Extract<HelpResponse, { kind: 'ended' }>): void;
  /** What became of it is not known: it is over here, and nobody is told that it ended. */
  lose(): void;
}

export interface Inbox {
  find(from: PeerId, id: HelpId): IncomingBranch | undefined;
  open(from: PeerId, id: HelpId): IncomingBranch;
  answer(from: PeerId, request: Exclude<HelpRequest, { kind: 'ask' }>): HelpResponse;
  stop(): void;
}

/** A branch that was opened and never kept alive is given up. */
const openedMs = 30_000;
/** For so long an answer is kept for whoever may not have heard it. */
const keepMs = 60_000;
/** Of so many answers it is known when they were sent. */
const answersKept = 32;
/** Part of a lease that is left for ending what was begun. */
const margin = 0.1;

export function createInbox(clock: Clock): Inbox {
  const branches = new Map<string, ReturnType<typeof createBranch>>();
  const keyOf = (from: PeerId, id: HelpId) => `${from} ${id}`;

  return {
    find: (from, id) => branches.get(keyOf(from, id)),
    open(from, id) {
      const key = keyOf(from, id);
      const branch = createBranch(clock, () => branches.delete(key));
      branches.set(key, branch);
      return branch;
    },
    answer(from, request) {
      const branch = branches.get(keyOf(from, request.id));
      // Of an earlier run of ours, perhaps: whoever that one handed it to may be at it still.
      if (branch === undefined) return { kind: 'unknown' };
      if (request.kind === 'drop') branch.drop();
      else branch.stay(request);
      return branch.status();
    },
    stop() {
      for (const branch of branches.values()) branch.drop();
    },
  };
}

function createBranch(clock: Clock, forget: () => void) {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const over = new AbortController();
  /** When each of the last answers was sent, by its number. */
  const sentAtMs = new Map<number, number>();
  let answers = 0;
  let hasLease = false;
  let endMs = clock.monotonicMs() + openedMs;
  let cancel = clock.after(openedMs, lapse);
  let response: HelpResponse | undefined;

  function lapse(): void {
    const leftMs = endMs - clock.monotonicMs();
    if (leftMs > 0) cancel = clock.after(leftMs, lapse);
    else drop();
  }

  function drop(): void {
    cancel();
    over.abort();
    begin();
  }

  return {
    begun,
    over: over.signal,
    untilMs: () => endMs,
    drop,
    stay({ heard, leaseMs }: { heard: number; leaseMs: number }): void {
      const sinceMs = sentAtMs.get(heard);
      if (sinceMs === undefined || over.signal.aborted) return;
      const untilMs = sinceMs + leaseMs * (1 - margin);
      if (clock.monotonicMs() >= untilMs) return;
      // The first lease takes the place of the time in which there was none.
      endMs = hasLease ? Math.max(endMs, untilMs) : untilMs;
      hasLease = true;
      cancel();
      cancel = clock.after(Math.max(0, endMs - clock.monotonicMs()), lapse);
      begin();
    },
    status(): HelpResponse {
      if (response !== undefined) return response;
      const number = answers;
      answers += 1;
      sentAtMs.set(number, clock.monotonicMs());
      sentAtMs.delete(number - answersKept);
      return { kind: 'working', number };
    },
    end(ended: HelpResponse): void {
      cancel();
      response = ended;
      clock.after(keepMs, forget);
    },
    lose(): void {
      drop();
      forget();
    },
  };
}
