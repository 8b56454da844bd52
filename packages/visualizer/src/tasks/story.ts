/** What the journals say about one task, gathered into chapters: a pure function of the entries. */
import type { StoryEntry } from '@bzzz/protocol/api';
import { epochIn } from '../live/draft.ts';
import { type Fields, fieldsOf, isFields, numberOf, textOf } from '../live/fields.ts';
import { isAnothersEnd } from '../live/fold-task.ts';
import { type Death, type Takeover, withLosses } from './losses.ts';

interface Try {
  readonly peer: string | null;
  readonly outcome: string;
  readonly atMs: number;
  /** Who won instead, where that is known. */
  readonly holder: string | null;
  readonly reason: string;
}

interface Step {
  readonly step: number;
  readonly role: string;
  readonly executor: string;
  readonly outcome: string;
  readonly reason: string;
  readonly elapsedMs: number;
}

export interface AttemptStory {
  readonly peer: string | null;
  readonly attempt: number;
  readonly executor: string;
  readonly startedMs: number;
  readonly endedMs: number | null;
  /** Null: it runs. `lost`: whoever ran it never told how it ended, and cannot any more. */
  readonly outcome: string | null;
  readonly reason: string;
  readonly commits: number;
  readonly elapsedMs: number;
  readonly steps: readonly Step[];
  readonly spent: Fields | null;
}

export interface VerdictStory {
  readonly peer: string | null;
  readonly outcome: string;
  readonly reason: string;
  readonly atMs: number;
  /** `given`: by the judge's own journal. `heard`: by the publisher's. */
  readonly by: 'given' | 'heard' | 'both';
}

export interface Chapter {
  readonly epoch: number;
  readonly contest: readonly Try[];
  readonly holder: string | null;
  readonly wonMs: number | null;
  /** Where the claim before it was of another peer, which never ended it. */
  readonly takeover: Takeover | null;
  readonly attempts: readonly AttemptStory[];
  /** When its holder was declared dead with the task in its hands. */
  readonly lost: Death | null;
  readonly publishedMs: number | null;
  /** Commit of the result, and how many verdicts it asks for. */
  readonly result: string | null;
  readonly threshold: number | null;
  readonly verdicts: readonly VerdictStory[];
  readonly end: { readonly state: string; readonly reason: string; readonly atMs: number } | null;
}

export interface TaskStory {
  readonly seen: readonly { readonly peer: string | null; readonly atMs: number }[];
  readonly chapters: readonly Chapter[];
  readonly pullRequest: { readonly number: number; readonly atMs: number } | null;
  readonly readyMs: number | null;
  readonly troubles: readonly { readonly text: string; readonly atMs: number }[];
}

interface Open extends Omit<Chapter, 'contest' | 'attempts' | 'verdicts'> {
  contest: Try[];
  attempts: AttemptStory[];
  verdicts: VerdictStory[];
}
type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function storyOf(entries: readonly StoryEntry[]): TaskStory {
  const seen: { peer: string | null; atMs: number }[] = [];
  const troubles: { text: string; atMs: number }[] = [];
  const chapters = new Map<number, Writable<Open>>();
  const claims = new Map<string, Fields>();
  const deaths: Death[] = [];
  let pullRequest: TaskStory['pullRequest'] = null;
  let readyMs: number | null = null;

  const chapter = (epoch: number) => {
    const known = chapters.get(epoch) ?? blank(epoch);
    chapters.set(epoch, known);
    return known;
  };

  for (const { peer, entry } of entries) {
    const { body } = entry;
    const atMs = entry.at.wallMs;
    switch (body.kind) {
      case 'member.dead': {
        const dead = textOf(body, 'peer');
        const stopped = body['leaving'] === true;
        if (dead !== null) deaths.push({ peer: dead, by: peer, atMs, stopped });
        break;
      }
      case 'task.seen':
        if (!seen.some((one) => one.peer === peer)) seen.push({ peer, atMs });
        break;
      case 'fence.intended': {
        const intent = fieldsOf(body, 'intent');
        const oid = textOf(intent, 'oid');
        if (oid !== null) claims.set(oid, fieldsOf(intent, 'record'));
        break;
      }
      case 'fence.settled': {
        const record = claims.get(textOf(body, 'oid') ?? '');
        if (record !== undefined) settle(chapter(epochIn(record)), { peer, atMs, body, record });
        break;
      }
      case 'attempt.started':
        chapter(epochIn(body)).attempts.push(begun(peer, atMs, body));
        break;
      case 'attempt.step':
        changeAttempt(chapter(epochIn(body)), peer, body, (one) => ({
          ...one,
          steps: [...one.steps, stepOf(body)],
        }));
        break;
      case 'attempt.ended':
        changeAttempt(chapter(epochIn(body)), peer, body, (one) => ended(one, atMs, body));
        break;
      case 'verdict.given': {
        const statement = fieldsOf(fieldsOf(body, 'verdict'), 'statement');
        judge(chapter(epochIn(statement)), verdictOf(peer, atMs, statement, 'given'));
        break;
      }
      case 'verdict.heard':
        judge(chapter(epochIn(body)), verdictOf(textOf(body, 'peer'), atMs, body, 'heard'));
        break;
      case 'effect.settled': {
        const id = numberOf(body, 'id');
        const effect = textOf(body, 'effect');
        if (effect === 'pull-request' && id !== null) pullRequest ??= { number: id, atMs };
        if (effect === 'ready') readyMs = atMs;
        break;
      }
      case 'task.ended': {
        const number = numberOf(body, 'pullRequest');
        if (number !== null) pullRequest ??= { number, atMs };
        const state = textOf(body, 'state') ?? 'ended';
        const known = chapter(epochIn(body));
        if (isAnothersEnd(known.holder, peer, state)) break;
        // That a peer heard of the end is no other end.
        if (known.end === null || known.end.state !== 'done') {
          known.end = { state, reason: textOf(body, 'reason') ?? '', atMs };
        }
        break;
      }
      case 'trouble':
        troubles.push({ text: `${textOf(body, 'code')}: ${textOf(body, 'reason')}`, atMs });
        break;
    }
  }
  const told = [...chapters.values()].filter(({ epoch }) => epoch > 0);
  const sorted = told.sort((one, other) => one.epoch - other.epoch);
  return {
    seen,
    chapters: withLosses(sorted, { deaths, lastMs: lastWords(entries) }),
    pullRequest,
    readyMs,
    troubles,
  };
}

/** When each peer wrote last about the task. */
function lastWords(entries: readonly StoryEntry[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const { peer, entry } of entries) {
    const about = entry.body.kind !== 'member.dead';
    if (peer !== null && about) last.set(peer, Math.max(last.get(peer) ?? 0, entry.at.wallMs));
  }
  return last;
}

function blank(epoch: number): Writable<Open> {
  return {
    epoch,
    contest: [],
    holder: null,
    wonMs: null,
    takeover: null,
    attempts: [],
    lost: null,
    publishedMs: null,
    result: null,
    threshold: null,
    verdicts: [],
    end: null,
  };
}

function settle(
  chapter: Writable<Open>,
  { peer, atMs, body, record }: { peer: string | null; atMs: number; body: Fields; record: Fields },
): void {
  const outcome = textOf(body, 'outcome') ?? 'unknown';
  const state = textOf(record, 'state');
  if (state === 'held') {
    const renewal = outcome === 'won' && chapter.holder === peer && chapter.wonMs !== null;
    if (renewal) return;
    const holder = textOf(fieldsOf(body, 'holder'), 'peer');
    chapter.contest.push({ peer, outcome, atMs, holder, reason: textOf(body, 'reason') ?? '' });
    if (outcome !== 'won') return;
    chapter.holder = peer;
    chapter.wonMs = atMs;
  }
  if (state === 'result' && outcome === 'won') {
    chapter.publishedMs ??= atMs;
    chapter.result = textOf(record, 'result');
    chapter.threshold = numberOf(record, 'verdicts');
  }
}

function begun(peer: string | null, startedMs: number, body: Fields): AttemptStory {
  return {
    peer,
    attempt: numberOf(body, 'attempt') ?? 1,
    executor: textOf(body, 'executor') ?? 'unknown',
    startedMs,
    endedMs: null,
    outcome: null,
    reason: '',
    commits: 0,
    elapsedMs: 0,
    steps: [],
    spent: null,
  };
}

function ended(one: AttemptStory, endedMs: number, body: Fields): AttemptStory {
  const spent = body['spent'];
  return {
    ...one,
    endedMs,
    outcome: textOf(body, 'outcome') ?? 'ended',
    reason: textOf(body, 'reason') ?? '',
    commits: numberOf(body, 'commits') ?? 0,
    elapsedMs: numberOf(body, 'elapsedMs') ?? 0,
    spent: isFields(spent) ? spent : null,
  };
}

function stepOf(body: Fields): Step {
  return {
    step: numberOf(body, 'step') ?? 0,
    role: textOf(body, 'role') ?? '?',
    executor: textOf(body, 'executor') ?? '?',
    outcome: textOf(body, 'outcome') ?? '?',
    reason: textOf(body, 'reason') ?? '',
    elapsedMs: numberOf(body, 'elapsedMs') ?? 0,
  };
}

function changeAttempt(
  chapter: Writable<Open>,
  peer: string | null,
  body: Fields,
  change: (one: AttemptStory) => AttemptStory,
): void {
  const number = numberOf(body, 'attempt') ?? 1;
  const at = chapter.attempts.findLastIndex((one) => one.peer === peer && one.attempt === number);
  const one = chapter.attempts[at];
  if (one !== undefined) chapter.attempts[at] = change(one);
}

function verdictOf(
  peer: string | null,
  atMs: number,
  body: Fields,
  by: 'given' | 'heard',
): VerdictStory {
  return {
    peer,
    outcome: textOf(body, 'outcome') ?? '?',
    reason: textOf(body, 'reason') ?? '',
    atMs,
    by,
  };
}

/** A judge's own word and the publisher's about it are one verdict. */
function judge(chapter: Writable<Open>, verdict: VerdictStory): void {
  const at = chapter.verdicts.findIndex((one) => one.peer === verdict.peer);
  const known = chapter.verdicts[at];
  if (known === undefined) chapter.verdicts.push(verdict);
  else if (known.outcome === verdict.outcome && known.by !== verdict.by) {
    chapter.verdicts[at] = { ...known, by: 'both' };
  } else if (known.outcome === 'declined') chapter.verdicts[at] = verdict;
}
