/**
 * How a tool asks for help, without any option of its own: its last message ends with a line that begins
 * with the marker; what follows, to the end of the message, is the question.
 */
export const helpMarker = 'BZZZ-HELP:';

/** Null: these last words ask nobody. */
export function questionIn(said: string): string | null {
  const found = /^[ \t]*BZZZ-HELP:([^]*)/m.exec(said);
  if (found === null) return null;
  const question = (found[1] ?? '').trim();
  return question === '' ? 'It is stuck and did not say with what.' : question;
}
