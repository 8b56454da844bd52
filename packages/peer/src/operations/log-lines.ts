import type { Coordinator, Journal } from '@bzzz/coordination';
import { isBzzzError } from '@bzzz/protocol';
import { plainEntry } from '../status/plain-entry.ts';
import { createBell } from '../wiring/bell.ts';
import type { LogLine } from '@bzzz/protocol/api';

/**
 * Entries of the own journal from a position on; with `follow` also what is appended later, until
 * the signal. Nothing is buffered: a reader that is slow reads later from the journal.
 */
export async function* logLines(
  deps: { readonly coordinator: Pick<Coordinator, 'onEntry'>; readonly journal: Journal },
  options: { readonly from: number; readonly follow: boolean; readonly signal: AbortSignal },
): AsyncIterable<LogLine> {
  const { follow, signal } = options;
  const bell = createBell(signal);
  const silence = deps.coordinator.onEntry(() => bell.ring());
  let { from } = options;
  try {
    for (;;) {
      const rung = bell.next();
      for await (const { seq, entry } of deps.journal.read({ from, signal })) {
        yield { seq, entry: plainEntry(entry) };
        from = seq + 1;
      }
      if (!follow || signal.aborted) return;
      await rung;
      if (signal.aborted) return;
    }
  } catch (error) {
    // Whoever reads is to see an end, not a broken stream.
    if (!isBzzzError(error, 'aborted')) throw error;
  } finally {
    silence();
    bell.close();
  }
}
