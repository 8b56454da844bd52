/**
 * Hybrid logical clock: wall time that never runs backwards and always passes what was heard, so
 * that journals of many peers merge into one order that respects cause and effect.
 * Source: Kulkarni et al., "Logical Physical Clocks" (2014), figure 5.
 */
import { z } from 'zod';

export const Hlc = z.object({
  /** Milliseconds since 1970. */
  wallMs: z.int().min(0),
  counter: z.int().min(0).max(0xffff_ffff),
});
export type Hlc = z.infer<typeof Hlc>;

export const hlcZero: Hlc = { wallMs: 0, counter: 0 };

/** The time of a new local event. */
export function hlcTick(last: Hlc, nowMs: number): Hlc {
  if (nowMs > last.wallMs) return { wallMs: nowMs, counter: 0 };
  return { wallMs: last.wallMs, counter: last.counter + 1 };
}

/**
 * The time of hearing `heard`. A sender whose clock runs more than `skewMsMax` ahead does not drag
 * ours along: its time is ignored.
 */
export function hlcHear(last: Hlc, heard: Hlc, nowMs: number, skewMsMax: number): Hlc {
  if (heard.wallMs > nowMs + skewMsMax) return hlcTick(last, nowMs);
  const wallMs = Math.max(last.wallMs, heard.wallMs, nowMs);
  const counters = [last, heard].filter((one) => one.wallMs === wallMs).map((one) => one.counter);
  return { wallMs, counter: counters.length === 0 ? 0 : Math.max(...counters) + 1 };
}

/** Negative when `left` is earlier. */
export function hlcCompare(left: Hlc, right: Hlc): number {
  return left.wallMs - right.wallMs || left.counter - right.counter;
}
