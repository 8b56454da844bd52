/**
 * Which further acceptances of the policy an issue asks for, by name. In its visible text a line of its own,
 *
 *     accept: unit, lint
 *
 * or what an issue form writes: a heading `### Acceptance` and below it the names, as a list or with commas, or
 * as boxes of which the ticked ones count. No command is ever read from an issue, and none of the policy's is left out for it.
 */
const lineEnd = /[\n\u2028\u2029]/;
const opening = /^accept:(?=\s)/i;
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
  return opening.test(line.trim());
}

/** Reads the visible text of an issue (see `visibleText`). */
export function readAcceptances(visible: string): AcceptancesReading {
  const names: string[] = [];
  let isBelow = false;
  for (const line of visible.split(lineEnd).map((one) => one.trim())) {
    if (heading.test(line)) isBelow = ours.test(line);
    else if (isAcceptanceLine(line)) names.push(...itemsOf(line.replace(opening, '')));
    else if (isBelow) names.push(...itemsOf(line));
  }
  const odd = names.find((name) => !nameOf.test(name));
  if (odd !== undefined) return unread(`"${odd.slice(0, 60)}" is not the name of an acceptance`);
  if (names.length > namesMax) return unread(`it asks for more than ${namesMax} acceptances`);
  return { names: [...new Set(names)], objection: null };
}

function itemsOf(line: string): string[] {
  const item = line.replace(/^[-*+]\s+/, '');
  // What an issue form writes where nothing was chosen, and a box that is not ticked.
  if (/^(?:_No response_|None)$/i.test(item) || item.startsWith('[ ]')) return [];
  return item
    .replace(/^\[[xX]\]\s*/, '')
    .split(/[\s,]+/)
    .filter((name) => name !== '');
}

function unread(objection: string): AcceptancesReading {
  return { names: [], objection };
}
