/** How long the disk takes to hold an entry: everything that a peer does waits for that first. */
import type { Clock, Journal } from '@bzzz/coordination';

export interface TimedJournal {
  readonly journal: Journal;
  readonly appends: { readonly count: number; readonly elapsedMs: number };
}

export function timeAppends(journal: Journal, { monotonicMs }: Pick<Clock, 'monotonicMs'>) {
  const appends = { count: 0, elapsedMs: 0 };
  const timed: Journal = {
    ...journal,
    async append(entry) {
      const startMs = monotonicMs();
      const seq = await journal.append(entry);
      appends.count += 1;
      appends.elapsedMs += monotonicMs() - startMs;
      return seq;
    },
  };
  return { journal: timed, appends } satisfies TimedJournal;
}
