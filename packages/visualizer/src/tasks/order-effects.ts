/** Which orders change anything about a task as it stands. Pure. */
import { orderLines, TaskOrder } from '@bzzz/protocol';
import { taskPlace } from '@bzzz/protocol/api';
import type { TaskRow } from '../live/page-view.ts';

/** Why an order would change nothing; null: it has an effect. */
export type OrderEffects = Readonly<Record<TaskOrder, string | null>>;

type Row = Pick<TaskRow, 'state' | 'wanted' | 'epoch' | 'reason'>;

/** `row`: null where only entries tell of the task; then nothing is known against any. */
export function orderEffects(row: Row | null): OrderEffects {
  const stop = row === null ? null : whyNoStop(row);
  return { cancel: stop, release: stop, retry: row === null ? null : whyNoRetry(row) };
}

/** What keeps orders from having an effect, each reason once, with the orders that it keeps. */
export function barsOf(
  effects: OrderEffects,
): readonly { readonly why: string; readonly orders: readonly TaskOrder[] }[] {
  const bars = new Map<string, TaskOrder[]>();
  for (const order of TaskOrder.options) {
    const why = effects[order];
    if (why !== null) bars.set(why, [...(bars.get(why) ?? []), order]);
  }
  return [...bars].map(([why, orders]) => ({ why, orders }));
}

/** A result that people want is reworked when they say so; that, too, can be stopped. */
function whyNoStop(row: Row): string | null {
  if (isTakenByWord(row)) return 'people have it already.';
  if (isNotAsked(row)) return notAsked;
  return row.state === 'failed' ? 'it failed, and nobody works on it any more.' : null;
}

function whyNoRetry(row: Row): string | null {
  if (isTakenByWord(row)) return null;
  if (row.state !== 'failed' && isNotAsked(row)) return notAsked;
  switch (taskPlace(row)) {
    case 'failed':
    // Whoever let go of it did so a moment ago; that people said so may be heard a little later.
    case 'released':
    case 'with people':
    case 'left alone':
    case 'done':
      return null;
    // What keeps peers from one that people want may be gone by now: they look again.
    case 'open':
      return row.reason === null ? 'peers take it up by themselves.' : null;
    default:
      return 'it is under way.';
  }
}

const notAsked =
  'nobody asks for it, as its issue is closed, or something else keeps peers from it.';

/** A peer that was told nothing of its issue yet says neither that it is wanted, nor why not. */
function isNotAsked({ wanted, reason }: Row): boolean {
  return !wanted && reason !== null;
}

/** By a comment, which another one takes back. */
function isTakenByWord({ wanted, reason }: Row): boolean {
  const words = [orderLines.cancel, orderLines.release];
  return !wanted && words.some((word) => reason?.includes(`said ${word}`) === true);
}
