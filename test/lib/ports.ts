/** Ports of this very process, for coordinators that tests run outside of a peer. */
import type { Clock, Journal, Random } from '@bzzz/coordination';
import { type JournalEntry, JournalKey, journalEntryCodec } from '@bzzz/protocol';

export const clock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export const random: Random = {
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  unit: () => Math.random(),
};

/** In memory. */
export function journalOver(entries: JournalEntry[]): Journal {
  return {
    key: JournalKey.parse('0'.repeat(64)),
    length: () => entries.length,
    head: () => ({
      length: entries.length,
      fork: 0,
      treeHash: '0'.repeat(64),
      rootsHash: '0'.repeat(64),
    }),
    // Through the codec, as on disk: what does not fit is found here too.
    append: async (entry) =>
      entries.push(journalEntryCodec.decode(journalEntryCodec.encode(entry))) - 1,
    async *read({ from = 0 } = {}) {
      for (const [seq, entry] of entries.entries()) if (seq >= from) yield { seq, entry };
    },
  };
}
