/** Which entries are shown. */
import type { StoryEntry } from '@bzzz/protocol/api';
import { taskIn } from '../live/draft.ts';
import { entryText, type Group, groupsOf, groups, type Knowledge } from './entry-text.ts';

export interface Filter {
  /** None: all. */
  readonly groups: readonly Group[];
  /** Who wrote it, or whom it is about. */
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
    if (filter.groups.length > 0 && !groupsOf(kind).some((one) => filter.groups.includes(one)))
      return false;
    if (filter.peer !== '' && !isOf(one, filter.peer)) return false;
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
  const has = searchOf(one);
  return missing.every(has);
}

/** What the entry itself has beside its sentence: hashes and ids count as a whole, since any word may stand in them. */
function searchOf({ entry }: StoryEntry): (word: string) => boolean {
  const whole = JSON.stringify(entry.body).toLowerCase();
  const ids = whole.match(idPattern) ?? [];
  const rest = whole.replace(idPattern, ' ');
  return (word) =>
    rest.includes(word) ||
    (word.length >= idPartMin && ids.some((id) => id.startsWith(word) || id.endsWith(word)));
}

/** Commits, digests, keys, ids of peers; a path has other characters too. */
const idPattern = /[a-z0-9]{32,}/g;
/** Shorter parts of an id are words. */
const idPartMin = 6;

function isOf({ peer, entry }: StoryEntry, wanted: string): boolean {
  return peer === wanted || names(entry.body, wanted);
}

function names(value: unknown, wanted: string): boolean {
  if (typeof value !== 'object' || value === null) return value === wanted;
  return Object.values(value).some((one) => names(one, wanted));
}
