import { stripVTControlCharacters } from 'node:util';

/**
 * Rows below their headings, columns two blanks apart. With `columns` the last column is cut to
 * what fits.
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number | null = null,
): string[] {
  const all = [headings, ...rows];
  const widths = headings.map((_, at) => Math.max(...all.map((row) => widthOf(row[at] ?? ''))));
  return all.map((row) => {
    const cells = row.map((cell, at) =>
      at === headings.length - 1 ? cell : cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell)),
    );
    const line = cells.join('  ').trimEnd();
    return columns === null ? line : cut(line, columns);
  });
}

function widthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}

/** Cuts plain text; text with colours is left whole, since cutting it could lose their end. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns || stripVTControlCharacters(text) !== text) return text;
  return `${Array.from(text)
    .slice(0, Math.max(0, columns - 1))
    .join('')}…`;
}
