/** The screen of `bzzz top` as lines: as many as fit, each no wider than the screen. */
import { type PeerAnswer, type TaskAnswer, taskPlace } from '@bzzz/protocol/api';
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
  'q quit  ↑↓ task  w why  c cancel  r retry  p pause  u resume  P U mesh  l look';

export function frame(terminal: Terminal, state: TopState, { columns, rows }: Size): string[] {
  if (state.status === null) return ['waiting for the peer ...'];
  const head = headOf(terminal, state);
  const room = Math.max(0, rows - head.length - 2);
  const peers = section(terminal, 'Peers', peerRows(state), {
    columns,
    rows: Math.min(Math.floor(room / 3), state.peers.length + 2),
  });
  const tasks = section(terminal, 'Tasks', taskRows(terminal, state), {
    columns,
    rows: Math.min(Math.floor(room / 3), state.tasks.length + 2),
    chosen: state.tasks.findIndex(({ task }) => task === state.selected),
  });
  const left = room - peers.length - tasks.length;
  const below = belowOf(terminal, state, { columns, rows: left });
  const note =
    state.note === '' ? terminal.style('dim', cut(keysLine, columns)) : cut(state.note, columns);
  const empty = Array.from({ length: Math.max(0, left - below.length) }, () => '');
  return [...head, ...peers, ...tasks, ...below, ...empty, '', note].slice(0, rows);
}

/** What is wrong, and the line that says who this is: the beginning of `bzzz status`. */
function headOf(terminal: Terminal, { status }: TopState): string[] {
  if (status === null) return [];
  const lines = statusLines(terminal, status);
  const blank = lines.indexOf('');
  return [...lines.slice(0, blank), lines[blank + 1] ?? '', ''];
}

interface Part extends Size {
  readonly chosen?: number;
}

/** A table of at most so many rows, with what is chosen in sight. */
function section(
  terminal: Terminal,
  title: string,
  [headings = [], ...all]: readonly (readonly string[])[],
  { columns, rows, chosen = 0 }: Part,
): string[] {
  const shown = Math.max(1, rows - 2);
  const first = Math.max(0, Math.min(chosen - Math.floor(shown / 2), all.length - shown));
  const rowsShown = all.slice(first, first + shown);
  const range = `${title} ${first + 1}-${first + rowsShown.length} of ${all.length}`;
  const head = rowsShown.length < all.length ? range : title;
  const lines = table([head, ...headings.slice(1)], rowsShown, columns);
  return lines.length === 0 ? [] : [terminal.style('bold', lines[0] ?? ''), ...lines.slice(1), ''];
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
function standing({ self, liveness, connected }: PeerAnswer): string {
  if (self) return 'this one';
  if (liveness !== 'alive') return liveness;
  return connected ? 'connected' : 'unreachable';
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
