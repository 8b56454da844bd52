import { countText, groupedText } from '../ui/text.ts';

/** What the head of the timeline says of how much of the story is in it. */
export function countsText(counts: {
  /** After the filter. */
  readonly shown: number;
  /** Until the moment that is looked at. */
  readonly until: number;
  /** By the page, of whatever moment. */
  readonly loaded: number;
  /** By the peer; null: it did not say yet. */
  readonly held: number | null;
}): string {
  const { shown, until, loaded, held } = counts;
  const entries = countText(shown, 'entry').replace('entrys', 'entries');
  const of = shown === until ? '' : ` of ${groupedText(until)}`;
  const journals = ', of all journals that this peer holds';
  if (held === null || held <= loaded) return `${entries}${of}${journals}`;
  return `${entries}${of}${journals}: ${groupedText(loaded)} of ${groupedText(held)} are loaded`;
}
