import { marks } from './marks.ts';

/** What stands behind so wide a gap, and so far to the right, nobody has scrolled to. */
const gapMin = 20;
const columnMax = 160;

/** Letters that show nothing may stand among the blanks. */
const gaps = new RegExp(
  `(?:[^\\S\\n]|[\\p{Cf}\\p{DI}\\u2800${marks.blank}${marks.unseen}])+`,
  'gu',
);

/** Of lines as they stand in a block of code. */
export function withoutFarWords(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const at = farAt(line);
      return at === undefined ? line : `${line.slice(0, at)} [far to the right]`;
    })
    .join('\n');
}

/** The index of the gap behind which it is too far; undefined: all is near. */
function farAt(line: string): number | undefined {
  if (line.length <= columnMax && !line.includes('\t')) return undefined;
  let column = 0;
  let last = 0;
  for (const { 0: gap, index } of line.matchAll(gaps)) {
    const from = column + index - last;
    column = endOf(gap, from);
    last = index + gap.length;
    if (column > columnMax && column - from >= gapMin && last < line.length) return index;
  }
  return undefined;
}

const tabColumns = 8;

function endOf(gap: string, from: number): number {
  let column = from;
  for (const one of gap) column += one === '\t' ? tabColumns - (column % tabColumns) : 1;
  return column;
}
