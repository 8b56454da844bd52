import { useEffect, useRef } from 'react';
import type { History } from '../live/history.ts';
import { playedOn } from '../live/played-on.ts';
import type { Moment } from '../live/page-view.ts';

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
