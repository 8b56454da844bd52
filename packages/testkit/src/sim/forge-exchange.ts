/** One request to the virtual forge and its answer, with all that can become of them on their way. */
import { BzzzError, type PeerId } from '@bzzz/protocol';
import type { Faults } from './faults.ts';
import { backMs, thereMs } from './forge-delays.ts';
import { attempt, unreachable } from './forge-outcomes.ts';
import type { ForgeWeather } from './forge-weather.ts';
import type { Process } from './process.ts';
import type { SeededRandom } from './random.ts';
import type { Sights } from './sights.ts';
import type { Timeline } from './timeline.ts';

export interface ExchangeDeps {
  readonly timeline: Timeline;
  readonly process: Process;
  readonly sights: Sights;
  readonly faults: () => Faults;
  readonly weather: ForgeWeather;
}

export interface Request<T> {
  readonly signal: AbortSignal | undefined;
  /** Happens at the forge. */
  readonly effect: () => T;
  /** Whether something is another afterwards, if it goes well. */
  readonly writes: boolean;
  readonly draws: SeededRandom;
}

/** How long a caller waits for an answer. */
const patienceMs = 10_000;

/** For one peer. A signal cuts the wait short but takes nothing back. */
export function createExchange(
  deps: ExchangeDeps,
  peer: PeerId,
): <T>(request: Request<T>) => Promise<T> {
  const { timeline, process, sights, weather } = deps;
  return <T>({ signal, effect, writes, draws }: Request<T>) =>
    process.leave<T>((resolve, reject) => {
      let open = true;
      const settle = (how: () => void) => {
        if (!open) return;
        open = false;
        cancelPatience();
        signal?.removeEventListener('abort', onAbort);
        how();
      };
      const fail = () => settle(() => reject(unreachable()));
      const onAbort = () => settle(() => reject(new BzzzError('aborted', 'aborted')));
      const cancelPatience = timeline.after(patienceMs, fail);
      if (signal?.aborted === true) return onAbort();
      signal?.addEventListener('abort', onAbort);
      const { requestLost, replyLost, lateEffect, serverError, errorAfterEffect } = deps.faults();
      if (!weather.reaches(peer)) return;
      if (draws.chance(requestLost)) return sights.count('requestLost');
      if (draws.chance(serverError)) {
        sights.count('serverError');
        timeline.after(thereMs(draws), fail);
        return;
      }
      const late = draws.chance(lateEffect) ? draws.between(10_000, 90_000) : 0;
      const lost = draws.chance(replyLost);
      // No draw where there is no such fault, so that the rest of a seed stays what it was.
      const errs = errorAfterEffect > 0 && draws.chance(errorAfterEffect);
      timeline.after(thereMs(draws) + late, () => {
        if (!weather.reaches(peer)) return;
        const outcome = attempt(effect);
        if (late > 0) sights.count('lateEffect');
        if (lost) return sights.count('replyLost');
        const answersErr = errs && outcome.ok;
        if (answersErr && writes) sights.count('errorAfterEffect');
        timeline.after(backMs(draws), () => {
          if (answersErr) fail();
          else settle(() => (outcome.ok ? resolve(outcome.value) : reject(outcome.error)));
        });
      });
    });
}
