/**
 * Reads the journals that are kept here while nobody waits for it. Before a bid they are read to their ends
 * (`records.ts`); what was read before that makes an idle peer quicker, and costs nothing, since each entry is read
 * once in any case.
 */
import type { Clock } from '../ports/index.ts';
import type { Trouble } from '../support/trouble.ts';
import type { Records } from './records.ts';

/** What happens to a task is told by several words, each with its entries: they are read together. */
const restMs = 200;

/** The returned function says that something may have been written. */
export function createReadAhead(
  {
    clock,
    records,
    trouble,
  }: {
    readonly clock: Clock;
    readonly records: Pick<Records, 'readOn'>;
    readonly trouble: Pick<Trouble, 'tell'>;
  },
  signal: AbortSignal,
): () => void {
  let isDue = false;

  async function read(): Promise<void> {
    isDue = false;
    try {
      signal.throwIfAborted();
      await records.readOn(signal);
    } catch (error) {
      if (!signal.aborted) trouble.tell(error);
    }
  }

  return () => {
    if (isDue || signal.aborted) return;
    isDue = true;
    clock.after(restMs, () => void read());
  };
}
