/** Whether processes in which executors think can be started here, and how often they died in a running peer. */
import { createRunner, createWorkers, type WorkerState } from '@bzzz/execution';
import { errorRegistry, isBzzzError } from '@bzzz/protocol';
import type { Check } from '@bzzz/protocol/api';
import { workerWords } from '../status/worker-words.ts';
import { systemClock } from '../system/clock.ts';
import { systemRandom } from '../system/random.ts';
import { bad, good } from './checks.ts';

/** `states`: of a running peer. */
export async function checkWorkers(states: readonly WorkerState[]): Promise<Check> {
  // Nothing is run: one is only started.
  const runner = createRunner({ sandbox: 'required' });
  const workers = createWorkers({ clock: systemClock, random: systemRandom, runner });
  const { advice } = errorRegistry.worker_lost;
  let startMs: number;
  try {
    startMs = Math.round(await workers.probe());
  } catch (error) {
    if (!isBzzzError(error)) throw error;
    return bad('workers', error.reason, advice);
  }
  const died = states.flatMap((state) => workerWords(state) ?? []);
  const detail = [`one starts in ${startMs} ms`, ...died].join('; ');
  return states.some(({ unready }) => unready !== null)
    ? bad('workers', detail, advice)
    : good('workers', detail);
}
