/**
 * Cells of a table beyond those that its head has: the page leaves them out. Where a row only looks like one of a
 * table, what begins something there stays, or what it hides would come out.
 */
import { margin } from './margin.ts';

export function withoutExcessCells(text: string): string {
  const lines = text.split('\n');
  let width: number | undefined;
  return lines
    .map((line, at) => {
      if (/^[ \t]*$/.test(line)) width = undefined;
      const cut = width === undefined ? line : cutRow(line, width);
      const found = widthOf(lines[at - 1] ?? '', line);
      if (found !== undefined) width = Math.min(found, width ?? found);
      return cut;
    })
    .join('\n');
}

const delimiters = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const quote = /^[ \t>]*/;
const anyMargin = new RegExp(`^${margin}`);
const inserts = [quote, anyMargin];

/** How many cells the rows have below these two lines; undefined: no table begins here. */
function widthOf(head: string, line: string): number | undefined {
  // A line of dashes alone makes a heading of the one above it.
  if (!/^[ \t>*+\-0-9.)|:]*$/.test(line) || !/[|:]/.test(line) || !line.includes('-')) {
    return undefined;
  }
  const heads = inserts.map((inset) => endsOf(head.replace(inset, '')).length);
  const widths = inserts
    .map((inset) => line.replace(inset, ''))
    .filter((row) => delimiters.test(row))
    .map((row) => endsOf(row).length)
    .filter((count) => heads.includes(count));
  return widths.length === 0 ? undefined : Math.min(...widths);
}

/** Where each cell of a row ends. */
function endsOf(row: string): number[] {
  const ends: number[] = [];
  const from = row.startsWith('|') ? 1 : 0;
  for (let at = from; at < row.length; at += 1) {
    if (row[at] === '\\') at += 1;
    else if (row[at] === '|') ends.push(at);
  }
  return row.slice((ends.at(-1) ?? from - 1) + 1).trim() === '' ? ends : [...ends, row.length];
}

function cutRow(line: string, width: number): string {
  const inset = quote.exec(line)?.[0].length ?? 0;
  const end = endsOf(line.slice(inset))[width - 1];
  if (end === undefined) return line;
  const stop = inset + end + 1;
  return line.slice(0, stop) + huskOf(line.slice(stop));
}

const opener = /<!--|-->|<(\/?[A-Za-z]+)(?:[^"'<>]|"[^"]*"|'[^']*')*(>|["']|$)?/g;

function huskOf(words: string): string {
  return [...words.matchAll(opener)]
    .map(([whole, name, end = '']) => (name === undefined ? whole : `<${name} ${end}`))
    .join('');
}
