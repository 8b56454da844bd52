/**
 * What stands in the address beside the path, so that a page that is loaded again, or whose link is given to
 * somebody, shows the same: here the moment that is looked at, and whatever a page itself keeps there.
 */
import type { Moment } from '../live/page-view.ts';

/** By the name in the address; null: not there. */
export type AddressValues = Readonly<Record<string, string | null>>;

/** The query with these values and whatever else stands in it. */
export function changedSearch(search: string, values: AddressValues): string {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export function momentIn(search: string): Moment {
  const text = new URLSearchParams(search).get('at') ?? '';
  const atMs = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(atMs)) return { kind: 'live' };
  return { kind: 'past', atMs, playing: false, speed: 1 };
}

export function momentValues(moment: Moment): AddressValues {
  return { at: moment.kind === 'past' ? String(Math.round(moment.atMs)) : null };
}
