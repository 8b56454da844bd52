/** Journal entries for people: one line each. `words`: in place of the fields that people ask for. */
import { type PlainEntry, span } from '@bzzz/peer';
import { askerWords } from '@bzzz/protocol';
import { printable, type Terminal } from '../terminal.ts';
import { shortId } from './units.ts';

export function entryLine(
  terminal: Terminal,
  line: {
    seq: number;
    entry: PlainEntry;
    who?: string;
    aheadMs?: number;
    words?: string | undefined;
  },
): string {
  const { seq, entry, who, aheadMs = 0, words } = line;
  const time = timeOf(entry.at.wallMs - aheadMs);
  const ahead =
    aheadMs === 0 ? '' : `  ${terminal.style('yellow', `(its clock is ${span(aheadMs)} ahead)`)}`;
  const by = who === undefined ? `${seq}`.padStart(6) : who.padEnd(12);
  const { kind } = entry.body;
  return `${terminal.style('dim', time)} ${by}  ${kindStyled(terminal, kind)}  ${words ?? orderText(entry.body, who) ?? detail(entry.body)}${ahead}`.trimEnd();
}

/** What somebody ordered, and who; undefined: it tells of no order. */
function orderText(
  { kind, by, user, act, about }: PlainEntry['body'],
  who = 'this peer',
): string | undefined {
  if (kind !== 'operator.acted' || typeof by !== 'string') return undefined;
  const asker = askerWords({ by, ...(typeof user === 'string' ? { user } : {}) }, who);
  return printable(`${asker} ordered ${String(act)}: ${String(about)}`);
}

/** A hostile writer says any number; a date has an end. */
function timeOf(wallMs: number): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? 'no such time' : date.toISOString().slice(11, 23);
}

function kindStyled(terminal: Terminal, kind: string): string {
  const padded = kind.padEnd(16);
  if (kind === 'peer.quarantined') return terminal.style(['red', 'bold'], padded);
  if (kind === 'trouble') return terminal.style('yellow', padded);
  return kind === 'task.ended' ? terminal.style('green', padded) : terminal.style('cyan', padded);
}

/** The fields that people ask for, in this order; of an intent those of its record, of a verdict what it says. */
const shown = [
  'task',
  'name',
  'title',
  'peer',
  'hop',
  'budget',
  'by',
  'act',
  'about',
  'scope',
  'paused',
  'alert',
  'action',
  'state',
  'effect',
  'outcome',
  'epoch',
  'attempt',
  'step',
  'role',
  'executor',
  'commits',
  'newTests',
  'elapsedMs',
  'spent',
  'written',
  'id',
  'pullRequest',
  'code',
  'question',
  'reason',
] as const;

/** What needs no name in front of it. */
const bare: ReadonlySet<string> = new Set(['task', 'title', 'question', 'reason']);

function detail(body: PlainEntry['body']): string {
  const fields = innerOf(body['intent'], 'record') ?? innerOf(body['verdict'], 'statement') ?? body;
  return shown
    .flatMap((name) => {
      const value = fields[name];
      return value === undefined || value === null || value === '' ? [] : [fieldText(name, value)];
    })
    .join('  ');
}

function innerOf(value: unknown, name: string): Readonly<Record<string, unknown>> | undefined {
  const inner = isRecord(value) ? value[name] : undefined;
  return isRecord(inner) ? inner : undefined;
}

/** One field, with its name where that says something. */
export function fieldText(name: string, value: unknown): string {
  if (name === 'elapsedMs' && typeof value === 'number') return span(value);
  if (name === 'newTests' && isRecord(value)) return testsOf(value);
  if (name === 'spent' && isRecord(value)) return spentOf(value);
  const text = printable(typeof value === 'string' ? value : JSON.stringify(value));
  if (bare.has(name)) return text;
  // Who ordered something is named by a key, who did something by an id.
  const isId = name === 'peer' || (name === 'by' && text.startsWith('12D3KooW'));
  return `${name}=${isId ? shortId(text) : text}`;
}

/** What a model took, as far as it was told. */
function spentOf(spent: Readonly<Record<string, unknown>>): string {
  const { model, turns, tokensRead, tokensWritten, costUsd } = spent;
  const facts = [
    typeof model === 'string' ? [model] : [],
    typeof turns === 'number' ? [`${turns} answers`] : [],
    typeof tokensRead === 'number' ? [`${tokensRead} tokens read`] : [],
    typeof tokensWritten === 'number' ? [`${tokensWritten} written`] : [],
    typeof costUsd === 'number' ? [`${costUsd.toFixed(2)} USD`] : [],
  ].flat();
  return printable(`spent=(${facts.length === 0 ? 'not told' : facts.join(', ')})`);
}

/** What came of the tests that a result adds. */
function testsOf({ outcome, files, reason }: Readonly<Record<string, unknown>>): string {
  return printable(`newTests=${String(outcome)} (${String(files)}: ${String(reason)})`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
