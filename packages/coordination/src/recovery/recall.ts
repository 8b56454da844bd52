/**
 * Before a bid: a task of which nobody told us may have been claimed before, as the journals know. They
 * also know whether its branches are gone because it was closed: then people have reopened it.
 */
import type { Biddable } from '../contest/bid.ts';
import type { Book, Seen, TaskEntry } from '../task/book.ts';
import type { Records } from './records.ts';

/** Throws what reading the own journal throws. */
export async function recall(
  { book, records }: { readonly book: Book; readonly records: Records },
  entry: TaskEntry & { readonly seen: Seen },
  signal: AbortSignal,
): Promise<Biddable> {
  const { epoch, tidiedOver, accounts } = await records.recall(entry.task, signal);
  // What was heard while the journals were read stands.
  const known = book.get(entry.task) ?? entry;
  const epochKnown = Math.max(known.epochKnown, epoch);
  const tidied = epochKnown > 0 && tidiedOver >= epochKnown;
  const reopenedOver = tidied ? epochKnown : known.reopenedOver;
  book.update(entry.task, { epochKnown, reopenedOver });
  return { ...entry, epochKnown, reopenedOver, accountsBefore: tidied ? accounts : [] };
}
