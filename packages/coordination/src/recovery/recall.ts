/**
 * Before a bid: a task of which nobody told us may have been claimed before, as the journals know. They
 * also know whether its branches are gone because it was closed: then people have reopened it.
 */
import type { Biddable } from '../contest/bid.ts';
import type { Book, Seen, TaskEntry } from '../task/book.ts';
import type { Records } from './records.ts';

/** Throws what reading the own journal throws. */
export async function recall(
  { book, records }: { readonly book: Book; readonly records: Pick<Records, 'recall'> },
  entry: TaskEntry & { readonly seen: Seen },
  signal: AbortSignal,
): Promise<Biddable> {
  const { epoch, tidied } = await records.recall(entry.task, signal);
  // What was heard while the journals were read stands.
  const known = book.get(entry.task) ?? entry;
  const epochKnown = Math.max(known.epochKnown, epoch);
  // What was seen open before it was closed, was not reopened: we only have not heard of the end. Nor was what
  // was open all the time, since it was merged: whoever sees it closed and opened again knows that it was.
  const isReopened =
    tidied !== null &&
    tidied.open !== true &&
    tidied.epoch >= epochKnown &&
    entry.seen.updatedAtMs > tidied.closedMs;
  const reopenedOver = isReopened ? epochKnown : known.reopenedOver;
  const isExplained = isReopened || (tidied?.open === true && tidied.epoch >= epochKnown);
  const accountsBefore = isExplained ? tidied.accounts : [];
  book.update(entry.task, { epochKnown, reopenedOver });
  return { ...entry, epochKnown, epochTold: epoch, reopenedOver, accountsBefore };
}
