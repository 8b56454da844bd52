/** The story of one task for people: moves of its lock in words, and what only repeats itself once. Pure. */
import type { PlainEntry, StoryEntry } from '@bzzz/peer';
import { printable, type Terminal } from '../terminal.ts';
import { effectOf, effectText } from './effect-words.ts';
import { entryLine } from './entry.ts';
import { authorOf, shortId } from './units.ts';
import { workText } from './work-words.ts';

type Body = PlainEntry['body'];
type Fields = Readonly<Record<string, unknown>>;

/** Lines, oldest first; the date and the zone of their times stand above each day. */
export function storyLines(
  terminal: Terminal,
  story: readonly StoryEntry[],
  nameOf: (peer: string) => string | null,
): string[] {
  const claims = claimsIn(story);
  const shown = story.flatMap((one, at) => {
    if (isSettledLater(story, at)) return [];
    const words = wordsOf(one.entry.body, { claims, nameOf });
    // What an intent was to do is told by how it ended, where that is known.
    if (words === null) return [];
    if (words !== renewed) return [{ one, words }];
    const until = renewalsFrom(story, at, claims);
    return until === null ? [] : [{ one, words: until }];
  });
  let day = '';
  return shown.flatMap(({ one, words }) => {
    const date = dateOf(one.entry.at.wallMs - one.aheadMs);
    const head = date === day ? [] : [terminal.style('dim', `${date}, times are UTC`)];
    day = date;
    return [...head, entryLine(terminal, { ...one, who: authorOf(one), words })];
  });
}

const renewed = Symbol('the holder still holds it');

/** The records of locks that were to be pushed, by their commits. */
function claimsIn(story: readonly StoryEntry[]): ReadonlyMap<unknown, Fields> {
  const claims = new Map<unknown, Fields>();
  const held = new Set<string>();
  for (const { peer, entry } of story) {
    const { body } = entry;
    if (body.kind === 'fence.intended') {
      const intent = fieldsOf(body['intent']);
      const record = fieldsOf(intent['record']);
      const renewal = record['state'] === 'held' && held.has(claimOf(peer, record));
      claims.set(intent['oid'], { ...record, renewal });
    }
    const record = claims.get(body['oid']);
    const isWon = body.kind === 'fence.settled' && body['outcome'] === 'won';
    if (isWon && record?.['state'] === 'held') held.add(claimOf(peer, record));
  }
  return claims;
}

function claimOf(peer: string | null, record: Fields): string {
  return `${peer} ${String(record['epoch'])}`;
}

interface Knowledge {
  readonly claims: ReadonlyMap<unknown, Fields>;
  readonly nameOf: (peer: string) => string | null;
}

/** Undefined: as the entry stands. Null: not at all. */
function wordsOf(
  body: Body,
  { claims, nameOf }: Knowledge,
): string | typeof renewed | null | undefined {
  const name = (peer: unknown) =>
    typeof peer === 'string' ? printable(nameOf(peer) ?? shortId(peer)) : 'somebody';
  if (body.kind === 'member.dead') {
    const peer = name(body['peer']);
    return body['leaving'] === true ? `heard that ${peer} stops` : `declared ${peer} dead`;
  }
  if (body.kind === 'effect.settled') return effectText(body);
  if (body.kind === 'fence.intended') return null;
  if (body.kind !== 'fence.settled') return workText(body.kind, body, name);
  const record = claims.get(body['oid']);
  if (record === undefined) return undefined;
  const outcome = body['outcome'];
  if (outcome === 'won') return wonText(record);
  const holder = fieldsOf(body['holder'])['peer'];
  if (outcome === 'lost' && holder !== undefined) return `lost it to ${name(holder)}`;
  const reason = body['reason'];
  const why = typeof reason === 'string' && reason !== '' ? `: ${reason}` : '';
  return printable(`its push was ${String(outcome)}${why}`);
}

/** It is the intent of something on the forge whose end is told further on. */
function isSettledLater(story: readonly StoryEntry[], at: number): boolean {
  const one = story[at];
  if (one?.entry.body.kind !== 'effect.intended') return false;
  const wanted = effectOf(one.peer, one.entry.body);
  return story
    .slice(at)
    .some(
      ({ peer, entry: { body } }) =>
        body.kind === 'effect.settled' && effectOf(peer, body) === wanted,
    );
}

function wonText({ state, epoch, renewal }: Fields): string | typeof renewed {
  switch (state) {
    case 'held':
      return renewal === true ? renewed : `claimed it, epoch ${String(epoch)}`;
    case 'result':
      return 'published its result';
    case 'released':
      return 'let go of it';
    case 'failed':
      return 'gave it up';
    default:
      return printable(`moved its lock: ${String(state)}`);
  }
}

/** Of renewals one after the other only the last is told, with how many there were; null: this is not it. */
function renewalsFrom(
  story: readonly StoryEntry[],
  at: number,
  claims: Knowledge['claims'],
): string | null {
  const isRenewal = ({ entry: { body } }: StoryEntry) =>
    body.kind === 'fence.settled' &&
    body['outcome'] === 'won' &&
    claims.get(body['oid'])?.['renewal'] === true;
  const peer = story[at]?.peer;
  const own = story.filter((one) => one.peer === peer && isRenewal(one));
  const epochOf = (one: StoryEntry | undefined) => claims.get(one?.entry.body['oid'])?.['epoch'];
  const those = own.filter((one) => epochOf(one) === epochOf(story[at]));
  if (those.at(-1) !== story[at]) return null;
  return those.length === 1 ? 'still held it' : `still held it, said ${those.length} times`;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

/** A hostile writer says any number; a date has an end. */
function dateOf(wallMs: number): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? 'no such day' : date.toISOString().slice(0, 10);
}
