/** Definitions of references and footnotes: the page shows them where they are used, or not at all. */
import { margin } from './margin.ts';

/** `[reference]: place "title"`, also over three lines; also a footnote, which shows only if it is used. */
export function withoutDefinitions(text: string): string {
  const start = new RegExp(`^${margin}\\[(?:[^\\]\\\\\\n]|\\\\.)+\\]:[ \\t]*`);
  const lines = onOneLine(text).split('\n');
  const endOfTitle = titlesIn(lines);
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const head = start.exec(line)?.[0];
    // With more words behind it, it is a line of a log, say, and everybody sees it.
    if (head === undefined || !(head.includes('[^') || placeOnly.test(line.slice(head.length)))) {
      kept.push(line);
      continue;
    }
    kept.push('');
    if (head.includes('[^')) {
      at = endOfFootnote(lines, at);
      continue;
    }
    if (head.length === line.length) at += 1;
    at = endOfTitle(at);
  }
  return kept.join('\n');
}

/** A name over lines, of which nobody sees a word. */
function onOneLine(text: string): string {
  return text.replaceAll(longName, (whole, before: string) =>
    whole.includes('\n') ? `${before}[...]:` : whole,
  );
}

const longName = new RegExp(
  `^(${margin})\\[(?:[^\\[\\]\\\\\\n]|\\\\.|\\n(?![ \\t>]*\\n)){1,999}\\]:`,
  'gm',
);

/** Its last line: all that follow without a blank one belong to it, and further ones that are set in. */
function endOfFootnote(lines: readonly string[], at: number): number {
  const isBlank = (line: string) => /^[ \t>]*$/.test(line);
  let end = at;
  while (end + 1 < lines.length && !isBlank(lines[end + 1] ?? '')) end += 1;
  let last = end;
  for (let next = end + 1; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    if (isBlank(line)) continue;
    if (!/^[ >]*(?: {4}|\t)/.test(line)) break;
    last = next;
  }
  return last;
}

const placeOnly = /^(?:<[^<>]*>|\S+)?(?:[ \t]+["'(][^]*)?[ \t]*$/;
const closers: Readonly<Record<string, string>> = { '"': '"', "'": "'", '(': ')' };

/** The last line of a title that is open at the end of a line, or begins on the next; asked for lines that only grow. */
function titlesIn(lines: readonly string[]): (at: number) => number {
  const words = (at: number) => (lines[at] ?? '').replace(/^[ \t>]+/, '');
  /** Per closer the line that was found last: many titles that nothing closes have one end. */
  const found = new Map<string, number>();

  function stopOf(closer: string, from: number): number {
    let stop = Math.max(found.get(closer) ?? 0, from);
    while (stop < lines.length && words(stop) !== '' && !words(stop).includes(closer)) stop += 1;
    found.set(closer, stop);
    return stop;
  }

  return (at) => {
    const here = /[ \t](["'(])(?:(?!\1)[^\\)]|\\.)*$/.exec(lines[at] ?? '')?.[1];
    const next = /^[ \t>]*(["'(])/.exec(lines[at + 1] ?? '')?.[1];
    const closer = closers[here ?? next ?? ''];
    if (closer === undefined) return at;
    if (
      here === undefined &&
      words(at + 1)
        .slice(1)
        .includes(closer)
    )
      return at + 1;
    const stop = stopOf(closer, here === undefined ? at + 2 : at + 1);
    // A blank line ends whatever was begun, and then it was no title.
    return words(stop) === '' ? at : stop;
  };
}
