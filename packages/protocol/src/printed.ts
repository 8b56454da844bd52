/**
 * What a command prints, as text that harms nobody who looks at it: without terminal sequences and control
 * characters, and without those that turn the direction of writing; line breaks and tabs stay.
 */
export function printedText(text: string): string {
  return (
    text
      .replaceAll(/\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g, '')
      .replaceAll(/\x1b\[[0-?]*[ -/]*[@-~]/g, '')
      .replaceAll('\r\n', '\n')
      // A lone carriage return draws a progress bar again and again: each time counts as a line.
      .replaceAll('\r', '\n')
      .replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
  );
}
