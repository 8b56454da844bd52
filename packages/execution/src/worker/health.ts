/**
 * Whether workers of one kind may be started, after those that died. Each death doubles the pause before
 * the next start; several within the window open the breaker: nothing is begun for a while, and then one
 * attempt alone tries. If its worker lives to its end the breaker closes, else it opens again. Pure but for
 * its clock.
 */
import type { Clock, Random } from '@bzzz/coordination';

export interface HealthOptions {
  /** Before the start that follows a first death; doubled by each further one in a row. */
  readonly pauseMs: number;
  readonly pauseMsMax: number;
  /** So many deaths within the window open the breaker. */
  readonly deathsMax: number;
  readonly windowMs: number;
  /** So long nothing is begun. */
  readonly coolDownMs: number;
}

/** One attempt that may begin. */
export interface Ticket {
  readonly isTrial: boolean;
}

export interface HealthState {
  /** Since the peer started. */
  readonly deaths: number;
  /** Within the window. */
  readonly recent: number;
  readonly lastReason: string | null;
  readonly lastAgoMs: number | null;
  /** `open`: nothing is begun; `trial`: one attempt may try, or does. */
  readonly breaker: 'closed' | 'open' | 'trial';
  /** Until a trial, where it is open. */
  readonly trialInMs: number | null;
}

export interface Health {
  /** Whether an attempt may begin now. */
  ready(): boolean;
  /** Null: it may not. Each ticket is to be given back by `ended` or, at last, `died`. */
  enter(): Ticket | null;
  /** How long the next start has to wait. */
  waitMs(): number;
  /** A worker is gone. Another start of the same ticket may follow while it is ready. */
  died(ticket: Ticket, reason: string): void;
  /** `isProof`: the worker lived to the end of its attempt, which was not cut short. */
  ended(ticket: Ticket, options: { isProof: boolean }): void;
  state(): HealthState;
}

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly untilMs: number }
  | { readonly kind: 'trial'; readonly isUnderWay: boolean };

export function createHealth(
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  options: HealthOptions,
): Health {
  let state: State = { kind: 'closed' };
  let recent: number[] = [];
  let deaths = 0;
  let inRow = 0;
  let notBeforeMs = 0;
  let last: { readonly atMs: number; readonly reason: string } | null = null;

  function now(): number {
    const nowMs = clock.monotonicMs();
    recent = recent.filter((atMs) => nowMs - atMs < options.windowMs);
    if (state.kind === 'open' && nowMs >= state.untilMs) {
      state = { kind: 'trial', isUnderWay: false };
    }
    return nowMs;
  }

  function ready(): boolean {
    now();
    return state.kind === 'closed' || (state.kind === 'trial' && !state.isUnderWay);
  }

  function pauseAfter(count: number): number {
    const ceiling = Math.min(options.pauseMsMax, options.pauseMs * 2 ** Math.min(count - 1, 30));
    // Jitter in its upper half, so that peers of one machine do not march in step.
    return ceiling / 2 + (ceiling / 2) * random.unit();
  }

  return {
    ready,
    enter() {
      if (!ready()) return null;
      const isTrial = state.kind === 'trial';
      if (isTrial) state = { kind: 'trial', isUnderWay: true };
      return { isTrial };
    },
    waitMs: () => Math.max(0, notBeforeMs - now()),
    died({ isTrial }, reason) {
      const nowMs = now();
      deaths += 1;
      inRow += 1;
      recent.push(nowMs);
      notBeforeMs = nowMs + pauseAfter(inRow);
      last = { atMs: nowMs, reason };
      const opens = state.kind === 'closed' && recent.length >= options.deathsMax;
      if (isTrial || opens) state = { kind: 'open', untilMs: nowMs + options.coolDownMs };
    },
    ended({ isTrial }, { isProof }) {
      if (isProof && state.kind !== 'open') inRow = 0;
      if (!isTrial || state.kind !== 'trial') return;
      // What was before the trial counts no more, or the next death alone would open it again.
      if (isProof) recent = [];
      state = isProof ? { kind: 'closed' } : { kind: 'trial', isUnderWay: false };
    },
    state() {
      const nowMs = now();
      return {
        deaths,
        recent: recent.length,
        lastReason: last?.reason ?? null,
        lastAgoMs: last === null ? null : nowMs - last.atMs,
        breaker: state.kind,
        trialInMs: state.kind === 'open' ? state.untilMs - nowMs : null,
      };
    },
  };
}
