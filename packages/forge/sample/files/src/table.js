// SPDX-License-Identifier: MIT
import { displayWidth, padColumns } from './width.js';

/**
 * Lays rows out in columns for a terminal; with `header` the first row is underlined. Columns are
 * as wide as their widest cell, measured by `displayWidth`, and no line ends in blanks.
 *
 * @param {readonly (readonly unknown[])[]} rows
 * @param {{ align?: ('left' | 'right' | 'center')[], header?: boolean, gap?: string }} [options]
 * @returns {string}
 */
export function formatTable(rows, { align = [], header = false, gap = '  ' } = {}) {
  const cells = rows.map((row) => row.map((cell) => String(cell ?? '')));
  const widths = columnWidths(cells);
  const lines = cells.map((row) =>
    row
      .map((cell, column) => padColumns(cell, widths[column], align[column]))
      .join(gap)
      .trimEnd(),
  );
  if (header && lines.length > 0) {
    lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join(gap));
  }
  return lines.join('\n');
}

/**
 * Writes rows as a Markdown table; the first row is its head.
 *
 * @param {readonly (readonly unknown[])[]} rows
 * @returns {string}
 */
export function markdownTable(rows) {
  const cells = rows.map((row) => row.map((cell) => String(cell ?? '').replaceAll('|', '\\|')));
  const widths = columnWidths(cells).map((width) => Math.max(3, width));
  const line = (row) =>
    `| ${widths.map((width, column) => padColumns(row[column] ?? '', width)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(head), rule, ...body.map(line)].join('\n');
}

function columnWidths(cells) {
  const count = Math.max(0, ...cells.map((row) => row.length));
  return Array.from({ length: count }, (_, column) =>
    Math.max(...cells.map((row) => displayWidth(row[column] ?? ''))),
  );
}
