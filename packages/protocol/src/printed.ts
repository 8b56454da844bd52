/**
 * What a command prints, as text that harms nobody who looks at it: without terminal sequences and control
 * characters, and without those that show nothing, turn the direction of writing, or break a line to some readers
 * alone; line breaks and tabs stay.
 */
export function printedText(text: string): string {
  return (
    text
      .replaceAll(/\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g, '')
      .replaceAll(/\x1b\[[0-?]*[ -/]*[@-~]/g, '')
      .replaceAll('\r\n', '\n')
      // A lone carriage return draws a progress bar again and again: each time counts as a line.
      .replaceAll('\r', '\n')
      .replaceAll(/[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/gu, '')
  );
}
