import type { JournalEntry } from '@bzzz/protocol';
import type { PlainEntry } from '@bzzz/protocol/api';

/** An entry without byte strings, which JSON does not know: ours are all text. */
export function plainEntry({ v, at, cause, body }: JournalEntry): PlainEntry {
  const plain = { v, at, body: { ...plainFields(body), kind: body.kind } };
  return cause === undefined ? plain : { ...plain, cause };
}

function plainFields(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'object' && value !== null ? plainFields(value) : value;
}
