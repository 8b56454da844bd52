/** Items that fit into a result, and how many did not. */
export function clipLines(
  lines: readonly string[],
  charsMax: number,
): { text: string; shown: number } {
  let chars = 0;
  let shown = 0;
  for (const line of lines) {
    chars += line.length + 1;
    if (chars > charsMax) break;
    shown += 1;
  }
  return { text: lines.slice(0, shown).join('\n'), shown };
}

/** The start of a line that is too long to be shown. */
export function clipLine(line: string, charsMax: number): string {
  return line.length <= charsMax ? line : `${line.slice(0, charsMax)}… (${line.length} characters)`;
}
