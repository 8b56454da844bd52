/** The screen of `bzzz top` as lines: as many as fit, each no wider than the screen. */
import { lifeOf, type PeerAnswer, type TaskAnswer, taskPlace } from '@bzzz/protocol/api';
import { entryLine } from '../output/entry.ts';
import { statusLines } from '../output/status-lines.ts';
import { cut, table } from '../output/table.ts';
import { authorOf, percent, shortId } from '../output/units.ts';
import { printable, type Terminal } from '../terminal.ts';
import type { TopState } from './state.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export const keysLine =
  'q quit ↑↓ task w why c cancel r retry d drain p pause u resume D U mesh l look';
/** The same keys for a narrower screen, then those that are looked for first. */
const narrowKeysLines = [
  'q quit ↑↓ w why c cancel r retry d/p/u pause D/U mesh l look',
  'q quit ↑↓ w why c cancel r retry',
];

/** The most that a screen has room for. */
export function keysIn(columns: number): string {
  const all = [keysLine, ...narrowKeysLines];
  return all.find((line) => line.length <= columns) ?? cut(keysLine, columns);
}

/** Of so few rows none is left empty, and the log has only a few. */
const smallRowsMax = 24;
const smallLogRows = 3;

export function frame(terminal: Terminal, state: TopState, { columns, rows }: Size): string[] {
  if (state.status === null) return ['waiting for the peer ...'];
  const head = headOf(terminal, state, rows);
  const room = Math.max(0, rows - head.length - 2);
  const isTight = rows <= smallRowsMax;
  const third = Math.floor(room / 3);
  // What was asked for is read below; the log goes on by itself.
  const shared = isTight && state.answer === null ? room - smallLogRows : third * 2;
  const extra = isTight ? 1 : 2;
  const peers = section(terminal, 'Peers', peerRows(state), {
    columns,
    rows: Math.min(Math.max(Math.floor(shared / 2), third), state.peers.length + extra),
    isTight,
  });
  const tasks = section(terminal, 'Tasks', taskRows(terminal, state), {
    columns,
    rows: Math.min(
      // Where there are few peers, tasks have their room.
      isTight ? Math.max(shared - peers.length, third) : third,
      state.tasks.length + extra,
    ),
    isTight,
    chosen: state.tasks.findIndex(({ task }) => task === state.selected),
  });
  const left = room - peers.length - tasks.length;
  const below = belowOf(terminal, state, { columns, rows: left });
  const note =
    state.note === '' ? terminal.style('dim', keysIn(columns)) : cut(state.note, columns);
  const empty = Array.from({ length: Math.max(0, left - below.length) }, () => '');
  return [...head, ...peers, ...tasks, ...below, ...empty, '', note].slice(0, rows);
}

/** What is wrong, and the line that says who this is: the beginning of `bzzz status`. */
function headOf(terminal: Terminal, { status }: TopState, rows: number): string[] {
  if (status === null) return [];
  // Each takes two lines, and what goes on has to have room as well.
  const shown = status.problems.slice(0, Math.max(1, Math.floor(rows / 10)));
  const hidden = status.problems.length - shown.length;
  const lines = statusLines(terminal, { ...status, problems: shown });
  const blank = lines.indexOf('');
  const more = hidden > 0 ? [`  and ${hidden} more: bzzz status`] : [];
  return [...lines.slice(0, blank), ...more, lines[blank + 1] ?? '', ''];
}

interface Part extends Size {
  /** Without an empty line below it. */
  readonly isTight: boolean;
  readonly chosen?: number;
}

/** A table of at most so many rows, with what is chosen in sight. */
function section(
  terminal: Terminal,
  title: string,
  [headings = [], ...all]: readonly (readonly string[])[],
  { columns, rows, isTight, chosen = 0 }: Part,
): string[] {
  const below = isTight ? [] : [''];
  const shown = Math.max(1, rows - 1 - below.length);
  const first = Math.max(0, Math.min(chosen - Math.floor(shown / 2), all.length - shown));
  const rowsShown = all.slice(first, first + shown);
  const range = `${title} ${first + 1}-${first + rowsShown.length} of ${all.length}`;
  const head = rowsShown.length < all.length ? range : title;
  const lines = table([head, ...headings.slice(1)], rowsShown, columns);
  return lines.length === 0
    ? []
    : [terminal.style('bold', lines[0] ?? ''), ...lines.slice(1), ...below];
}

function peerRows({ peers }: TopState): string[][] {
  // The screen may not hold them all: those that need eyes come first.
  const rows = peers
    .toSorted((a, b) => Number(isWell(a)) - Number(isWell(b)))
    .map((one) => [
      `  ${printable(one.name)}`,
      standing(one),
      `${one.running}/${one.slots}`,
      percent(one.load),
      one.quarantined ? 'quarantined' : one.paused ? 'paused' : '',
      printable([...one.executors, ...one.tools].join(' ')),
    ]);
  return [['Peers', 'state', 'busy', 'load', '', 'can'], ...rows];
}

function isWell({ self, liveness, connected, quarantined, paused }: PeerAnswer): boolean {
  return (self || (liveness === 'alive' && connected)) && !quarantined && !paused;
}

/** In the words of `bzzz peers`; whether it is paused or set aside has a column of its own. */
function standing(peer: PeerAnswer): string {
  if (peer.self) return 'this one';
  const life = lifeOf(peer);
  if (life !== 'alive') return life;
  return peer.connected ? 'connected' : 'unreachable';
}

function taskRows(terminal: Terminal, { tasks, selected, peers }: TopState): string[][] {
  const name = ({ holder, holderName }: TaskAnswer) =>
    holderName ?? (holder === null ? '' : shortId(holder));
  const rows = tasks.map((one) => [
    `${one.task === selected ? '>' : ' '} ${one.task}`,
    terminal.style(colourOf(one), taskPlace(one)),
    printable(name(one)),
    one.epoch === 0 ? '' : `${one.epoch}`,
    one.pullRequest === null ? '' : `#${one.pullRequest}`,
    printable(one.reason === null ? one.title : `${one.title}: ${one.reason}`),
  ]);
  return [['Tasks', 'state', peers.length > 1 ? 'peer' : 'by', 'epoch', 'PR', 'title'], ...rows];
}

function colourOf(task: TaskAnswer): 'green' | 'red' | 'yellow' | 'cyan' | 'dim' {
  const place = taskPlace(task);
  if (place === 'done') return 'green';
  if (place === 'failed') return 'red';
  if (place === 'with people') return 'yellow';
  return place === 'left alone' ? 'dim' : 'cyan';
}

function belowOf(terminal: Terminal, { log, answer }: TopState, { columns, rows }: Size): string[] {
  if (rows <= 0) return [];
  if (answer !== null) {
    const shown = answer.length > rows ? rows - 1 : answer.length;
    const more = shown < answer.length ? [`and ${answer.length - shown} more lines`] : [];
    return [...answer.slice(0, shown), ...more].map((line) => cut(line, columns));
  }
  return log
    .slice(-rows)
    .map((one) => cut(entryLine(plain(terminal), { ...one, who: authorOf(one) }), columns));
}

/** Lines that may have to be cut have no colours. */
function plain(terminal: Terminal): Terminal {
  return { ...terminal, style: (_format, text) => text };
}
