/** A journal entry as a sentence for people. What is of an unknown kind is shown plainly. */
import { askerWords } from '@bzzz/protocol';
import type { StoryEntry } from '@bzzz/protocol/api';
import { type Fields, fieldsOf, numberOf, textOf } from '../live/fields.ts';
import type { PageView } from '../live/page-view.ts';
import { secondsText } from '../ui/time.ts';
import { effectWords } from './effect-words.ts';

/** What an entry is about, for colours and filters. */
export const groups = [
  'mesh',
  'task',
  'claim',
  'work',
  'help',
  'verdict',
  'forge',
  'health',
  'trouble',
] as const;
export type Group = (typeof groups)[number] | 'other';

type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'quiet';

export interface EntryText {
  readonly text: string;
  readonly tone: Tone;
}

const groupOfPrefix: Readonly<Record<string, Group>> = {
  peer: 'mesh',
  member: 'mesh',
  pause: 'mesh',
  operator: 'mesh',
  quarantine: 'mesh',
  task: 'task',
  fence: 'claim',
  attempt: 'work',
  help: 'help',
  verdict: 'verdict',
  effect: 'forge',
  tidy: 'forge',
  health: 'health',
  trouble: 'trouble',
};

export function groupOf(kind: string): Group {
  const prefix = kind.split('.')[0] ?? '';
  return Object.hasOwn(groupOfPrefix, prefix) ? (groupOfPrefix[prefix] ?? 'other') : 'other';
}

/** Of the mesh, and nothing that anybody wants to happen. */
const alsoTrouble = new Set(['member.suspected', 'member.dead', 'peer.quarantined']);

/** All that a filter finds it by; the first gives its colour. */
export function groupsOf(kind: string): readonly Group[] {
  return alsoTrouble.has(kind) ? [groupOf(kind), 'trouble'] : [groupOf(kind)];
}

/** What sentences need to know beside the entry. */
export type Knowledge = Pick<PageView, 'nameOf' | 'claimOf'>;

export function entryText({ entry, peer, name }: StoryEntry, knowledge: Knowledge): EntryText {
  const { body } = entry;
  const say = sentences[body.kind];
  if (say === undefined || !Object.hasOwn(sentences, body.kind)) return plain(body);
  const author = name ?? knowledge.nameOf(peer);
  return say(body, (field) => knowledge.nameOf(textOf(body, field)), { ...knowledge, author });
}

/** The number alone: the repository stands elsewhere. */
export function shortTask(task: string | null): string {
  if (task === null) return 'a task';
  const hash = task.lastIndexOf('#');
  return hash < 0 ? task : task.slice(hash);
}

type Say = (
  body: Fields,
  name: (field: string) => string,
  knowledge: Knowledge & { readonly author: string },
) => EntryText;

const it = (body: Fields) => shortTask(textOf(body, 'task'));
const word = (body: Fields, field: string) => textOf(body, field) ?? '?';
const count = (body: Fields, field: string) => numberOf(body, field) ?? 0;
const why = (body: Fields, field = 'reason') => {
  const line = (textOf(body, field) ?? '').split('\n')[0] ?? '';
  return line === '' ? '' : `: ${line}`;
};
const said = (text: string, tone: Tone = 'plain'): EntryText => ({ text, tone });

const sentences: Readonly<Record<string, Say>> = {
  'peer.started': (body) => said(`started, version ${word(body, 'version')}`),
  'peer.stopped': () => said('stopped'),
  'member.joined': (_, name) => said(`met ${name('peer')}`),
  'member.suspected': (_, name) => said(`suspects ${name('peer')}`, 'warn'),
  'member.dead': (body, name) =>
    body['leaving'] === true
      ? said(`heard that ${name('peer')} stops`, 'warn')
      : said(`declared ${name('peer')} dead${why(body)}`, 'bad'),
  'pause.set': (body) => {
    const what = { self: 'itself', mesh: 'the whole mesh', attempts: 'its attempts' };
    const scope = word(body, 'scope');
    const whom = scope === 'self' || scope === 'mesh' || scope === 'attempts' ? what[scope] : scope;
    const stops = scope === 'attempts' ? 'paused' : 'drained';
    return said(`${body['paused'] === true ? stops : 'resumed'} ${whom}`, 'warn');
  },
  'peer.quarantined': (body, name) => said(`set ${name('peer')} aside${why(body)}`, 'bad'),
  'quarantine.lifted': (_body, name) => said(`lets ${name('peer')} in again`, 'warn'),
  'attempt.paused': (body) =>
    said(`${body['paused'] === true ? 'paused' : 'resumed'} its attempt`, 'warn'),
  'operator.acted': (body, _, { author, nameOf }) => {
    const user = textOf(body, 'user') ?? undefined;
    const asker = askerWords({ by: word(body, 'by'), user }, author, nameOf);
    return said(`${asker} ordered ${word(body, 'act')}${why(body, 'about')}`, 'warn');
  },
  'task.seen': (body) => said(`saw ${it(body)} ${word(body, 'title')}`),
  'task.ended': (body) => {
    const state = word(body, 'state');
    const pull = numberOf(body, 'pullRequest');
    const what = pull === null ? '' : ` with pull request #${pull}`;
    const reason = state === 'done' ? '' : why(body);
    return said(`${it(body)} ${state}${what}${reason}`, state === 'done' ? 'good' : 'bad');
  },
  'fence.intended': (body) => {
    const record = fieldsOf(fieldsOf(body, 'intent'), 'record');
    const acts: Readonly<Record<string, string>> = {
      held: 'reaches for',
      result: 'is about to publish',
      released: 'lets go of',
      failed: 'gives up',
    };
    const act = acts[word(record, 'state')] ?? word(record, 'state');
    return said(`${act} ${it(record)} (epoch ${count(record, 'epoch')})`, 'quiet');
  },
  'fence.settled': (body, _, { nameOf, claimOf }) => {
    const outcome = word(body, 'outcome');
    if (outcome === 'won') return fenceText(it(body), claimOf(textOf(body, 'oid')));
    const holder = textOf(fieldsOf(body, 'holder'), 'peer');
    const to = holder === null ? why(body) : ` to ${nameOf(holder)}`;
    if (outcome === 'lost') return said(`lost ${it(body)}${to}`, 'quiet');
    return said(`push for ${it(body)} ${outcome}${why(body)}`, 'warn');
  },
  'attempt.started': (body) =>
    said(`works on ${it(body)} with ${word(body, 'executor')} (attempt ${count(body, 'attempt')})`),
  'attempt.step': (body) =>
    said(`${word(body, 'role')} of ${it(body)} ${word(body, 'outcome')}${why(body)}`),
  'attempt.ended': (body) => {
    const outcome = word(body, 'outcome');
    const time = secondsText(count(body, 'elapsedMs'));
    if (outcome === 'accepted') return said(`result of ${it(body)} accepted after ${time}`, 'good');
    return said(`attempt at ${it(body)} ${outcome} after ${time}${why(body)}`, 'bad');
  },
  'effect.intended': (body) => said(effectWords(word(body, 'effect'), it(body)).next, 'quiet'),
  'effect.settled': (body) => {
    const id = numberOf(body, 'id');
    if (word(body, 'effect') === 'pull-request' && id !== null) {
      return said(
        `${body['written'] === true ? 'opened' : 'found'} pull request #${id} for ${it(body)}`,
        'good',
      );
    }
    const { did, found } = effectWords(word(body, 'effect'), it(body));
    return body['written'] === true ? said(did) : said(found, 'quiet');
  },
  'verdict.given': (body) => {
    const outcome = word(fieldsOf(fieldsOf(body, 'verdict'), 'statement'), 'outcome');
    return said(`judged ${it(body)}: ${outcome}`, outcome === 'passed' ? 'good' : 'bad');
  },
  'verdict.heard': (body, name) => {
    const outcome = word(body, 'outcome');
    const tone = outcome === 'passed' ? 'good' : outcome === 'failed' ? 'bad' : 'quiet';
    return said(
      `${name('peer')} ${outcome} ${it(body)}${outcome === 'passed' ? '' : why(body)}`,
      tone,
    );
  },
  'help.asked': (body) => said(`is stuck with ${it(body)}${why(body, 'question')}`, 'warn'),
  'help.sent': (body, name) =>
    said(`asked ${name('peer')} for help with ${it(body)} (hop ${count(body, 'hop')})`),
  'help.taken': (body, name) =>
    said(`was asked by ${name('peer')} for help with ${it(body)} (hop ${count(body, 'hop')})`),
  'help.begun': (body) => said(`helps with ${it(body)}`),
  'help.worked': (body) => said(`help with ${it(body)}: ${word(body, 'outcome')}${why(body)}`),
  'help.returned': (body, name) =>
    said(`${name('peer')} came back about ${it(body)}: ${word(body, 'outcome')}${why(body)}`),
  'help.ended': (body, name) => {
    const outcome = word(body, 'outcome');
    if (textOf(body, 'by') !== null) return said(`${name('by')} helped with ${it(body)}`, 'good');
    return said(`help with ${it(body)} ended: ${outcome}${why(body)}`, 'bad');
  },
  'health.alert': (body) => {
    const ended = word(body, 'state') === 'ended';
    return said(
      `${word(body, 'alert')} ${ended ? 'is well again' : 'alert'}${why(body)}`,
      ended ? 'good' : 'warn',
    );
  },
  'health.healed': (body) => {
    const outcome = word(body, 'outcome');
    const tone = outcome === 'done' ? 'good' : outcome === 'failed' ? 'bad' : 'plain';
    return said(`healing ${word(body, 'action')}: ${outcome}${why(body)}`, tone);
  },
  'tidy.intended': (body) => said(`is about to delete the branches of ${it(body)}`, 'quiet'),
  'tidy.settled': (body) => said(`branches of ${it(body)} ${word(body, 'outcome')}`),
  trouble: (body) => said(`${word(body, 'code')}${why(body)}`, 'warn'),
};

function fenceText(task: string, claim: ReturnType<Knowledge['claimOf']>): EntryText {
  if (claim?.renewal === true) return said(`still holds ${task} (epoch ${claim.epoch})`, 'quiet');
  if (claim === undefined) return said(`moved the lock of ${task}`);
  switch (claim.state) {
    case 'held':
      return said(`claimed ${task} (epoch ${claim.epoch})`);
    case 'result':
      return said(`published the result of ${task}`, 'good');
    case 'released':
      return said(`let go of ${task}`);
    default:
      return said(`lock of ${task}: ${claim.state}`, 'bad');
  }
}

function plain(body: Fields): EntryText {
  const { kind: _, ...rest } = body;
  const text = JSON.stringify(rest);
  return said(text.length > 200 ? `${text.slice(0, 200)}…` : text, 'quiet');
}
