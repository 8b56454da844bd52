import { useEffect, useRef } from 'react';
import { countUntil, type History } from '../live/history.ts';
import type { Moment } from '../live/page-view.ts';

/** A silence longer than this is passed over, so that a night is not played for a night. */
const silenceMsMax = 3_000;
const leadMs = 400;

/** The moment that comes after so much time of playing; null: the end is reached. */
export function playedOn(history: History, atMs: number, stepMs: number): number | null {
  const next = history.entries[countUntil(history, atMs)];
  if (next === undefined) return null;
  const nextMs = next.entry.at.wallMs;
  return nextMs - atMs > silenceMsMax ? nextMs - leadMs : atMs + stepMs;
}

/** While the past is played, it goes on with every frame; at its end the page is live again. */
export function usePlaying(
  history: History,
  moment: Moment,
  setMoment: (moment: Moment) => void,
): void {
  const latest = useRef({ history, moment });
  latest.current = { history, moment };
  const playing = moment.kind === 'past' && moment.playing;
  useEffect(() => {
    if (!playing) return undefined;
    let beforeMs: number | undefined;
    let frame = requestAnimationFrame(function step(nowMs) {
      const { history, moment } = latest.current;
      if (moment.kind !== 'past' || !moment.playing) return;
      const stepMs = beforeMs === undefined ? 0 : nowMs - beforeMs;
      beforeMs = nowMs;
      const atMs = playedOn(history, moment.atMs, stepMs * moment.speed);
      setMoment(atMs === null ? { kind: 'live' } : { ...moment, atMs });
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing, setMoment]);
}
