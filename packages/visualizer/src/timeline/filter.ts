/** Which entries are shown. */
import type { StoryEntry } from '@bzzz/protocol/api';
import { taskIn } from '../live/draft.ts';
import { entryText, type Group, groupOf, groups, type Knowledge } from './entry-text.ts';

export interface Filter {
  /** None: all. */
  readonly groups: readonly Group[];
  readonly peer: string;
  /** Searched in what is shown of an entry and in the entry itself. */
  readonly text: string;
}

export const noFilter: Filter = { groups: [], peer: '', text: '' };

/** As it stands in an address. */
export function filterIn(search: string): Filter {
  const query = new URLSearchParams(search);
  const kinds = query.get('kinds')?.split(',') ?? [];
  const filter: Filter = {
    groups: groups.filter((group) => kinds.includes(group)),
    peer: query.get('peer') ?? '',
    text: query.get('text') ?? '',
  };
  const isNone = filter.groups.length === 0 && filter.peer === '' && filter.text === '';
  return isNone ? noFilter : filter;
}

export function filterValues({ groups, peer, text }: Filter) {
  return {
    kinds: groups.length === 0 ? null : groups.join(','),
    peer: peer === '' ? null : peer,
    text: text === '' ? null : text,
  };
}

export function filtered(
  entries: readonly StoryEntry[],
  filter: Filter,
  knowledge: Knowledge,
): readonly StoryEntry[] {
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (filter.groups.length === 0 && filter.peer === '' && words.length === 0) return entries;
  return entries.filter((one) => {
    const { kind } = one.entry.body;
    if (filter.groups.length > 0 && !filter.groups.includes(groupOf(kind))) return false;
    if (filter.peer !== '' && one.peer !== filter.peer) return false;
    return words.length === 0 || hasAll(one, words, knowledge);
  });
}

/** The task that an entry is about, also where it stands in the record of an intent. */
export function taskOf({ entry }: StoryEntry): string | null {
  return taskIn(entry.body);
}

function hasAll(one: StoryEntry, words: readonly string[], knowledge: Knowledge): boolean {
  const { text } = entryText(one, knowledge);
  const shown =
    `${knowledge.nameOf(one.peer)} ${one.entry.body.kind} ${taskOf(one) ?? ''} ${text}`.toLowerCase();
  const missing = words.filter((word) => !shown.includes(word));
  if (missing.length === 0) return true;
  const whole = JSON.stringify(one.entry.body).toLowerCase();
  return missing.every((word) => whole.includes(word));
}
