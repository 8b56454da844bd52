/** The processes in which this peer's executors think, and what the log says of them. */
import type { Clock, Random } from '@bzzz/coordination';
import { createWorkers, type Runner, type Workers } from '@bzzz/execution';
import type { Logger } from '../logger.ts';

export interface SuperviseDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly runner: Runner;
  readonly logger: Logger;
  /** A worker lives again after one of its kind died. */
  readonly onRestart: (after: { readonly kind: string; readonly reason: string }) => void;
}

export function superviseWorkers({ logger, ...deps }: SuperviseDeps): Workers {
  const workers = createWorkers({
    ...deps,
    onDeath: ({ kind, reason }) => logger.warn('a worker died', { executor: kind, reason }),
  });
  const known = new Map<string, string>();
  workers.onChange(() => {
    for (const { kind, breaker, recent } of workers.state()) {
      if (breaker === (known.get(kind) ?? 'closed')) continue;
      known.set(kind, breaker);
      logger.warn(said[breaker], { executor: kind, deaths: recent });
    }
  });
  return workers;
}

const said = {
  open: 'its workers die again and again: nothing of this kind is begun for a while',
  trial: 'one attempt of this kind may try whether workers live again',
  closed: 'workers of this kind live again',
} as const;
