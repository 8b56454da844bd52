/**
 * Which further acceptances of the policy an issue asks for, by name. In its visible text a line of its own,
 *
 *     accept: unit, lint
 *
 * or what an issue form writes: a heading `### Acceptance` and below it the names, as a list or with commas, or
 * as boxes of which the ticked ones count. A line with anything but names is prose. No command is ever read from an
 * issue, and none of the policy's is left out for it.
 */
const lineEnd = /[\n\u2028\u2029]/;
const opening = /^accept:(?=\s)/i;
const fence = /^(?:```|~~~)/;
const heading = /^#{1,6}\s/;
const ours = /^#{1,6}\s+acceptance\s*$/i;
const nameOf = /^[a-z][a-z0-9-]{0,39}$/;
const namesMax = 16;

export interface AcceptancesReading {
  readonly names: readonly string[];
  /** Why they cannot be read; null: they can. */
  readonly objection: string | null;
}

/** Whether a line asks for acceptances, and so is no line of the work request. */
export function isAcceptanceLine(line: string): boolean {
  const text = line.trim();
  return opening.test(text) && itemsOf(text.replace(opening, '')).length > 0;
}

/** Reads what the page shows of an issue (see `plainText`). */
export function readAcceptances(visible: string): AcceptancesReading {
  const names: string[] = [];
  let isBelow = false;
  let isFenced = false;
  for (const line of visible.split(lineEnd).map((one) => one.trim())) {
    if (fence.test(line)) isFenced = !isFenced;
    else if (heading.test(line)) isBelow = ours.test(line);
    else if (isAcceptanceLine(line)) names.push(...itemsOf(line.replace(opening, '')));
    else if (isBelow && !isFenced) names.push(...itemsOf(line));
  }
  if (names.length > namesMax) return unread(`it asks for more than ${namesMax} acceptances`);
  return { names: [...new Set(names)], objection: null };
}

/** Names, if there is nothing else: whoever writes of HTTP or of what he expects asks for nothing by it. */
function itemsOf(line: string): string[] {
  const item = line.replace(/^[-*+]\s+/, '');
  // A box of an issue form that is not ticked.
  if (item.startsWith('[ ]')) return [];
  const words = item
    .replace(/^\[[xX]\]\s*/, '')
    .split(/\s*,\s*|\s+/)
    .filter((name) => name !== '');
  return words.every((word) => nameOf.test(word)) ? words : [];
}

function unread(objection: string): AcceptancesReading {
  return { names: [], objection };
}
