import { JournalEntry, journalEntryCodec } from '@bzzz/protocol';
import { seededBytes } from '../content.ts';

/** Of one entry as it is stored. */
export const ENTRY_BYTES = 256;

/** An entry of exactly that length, which belongs to these words. */
export function entryOf(seed: string, round: number, index: number): JournalEntry {
  // Long enough for any envelope around it, and under 256 characters: CBOR heads them in two bytes.
  const text = Buffer.from(seededBytes(186, seed, round, index)).toString('base64');
  const entry = (reason: string) =>
    JournalEntry.parse({
      v: 1,
      at: { wallMs: 1_700_000_000_000 + index, counter: 0 },
      body: { kind: 'trouble', code: 'bench', reason },
    });
  const over = journalEntryCodec.encode(entry(text)).byteLength - ENTRY_BYTES;
  return entry(text.slice(0, text.length - over));
}
