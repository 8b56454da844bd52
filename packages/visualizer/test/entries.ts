/** Entries as a peer tells them, for tests. */
import { StoryEntry } from '@bzzz/protocol/api';

let count = 0;

export const acacia = 'peer-acacia';
export const walnut = 'peer-walnut';
export const task = 'cedar/csv#7';

interface Said {
  readonly by?: string | null;
  readonly atMs: number;
  readonly counter?: number;
  readonly seq?: number;
  readonly body: { readonly kind: string } & Readonly<Record<string, unknown>>;
}

/** Parsed by the schema of the wire, as the page does it. */
export function said({ by = acacia, atMs, counter = 0, seq, body }: Said): StoryEntry {
  count += 1;
  return StoryEntry.parse({
    peer: by,
    name: by === null ? null : by.slice('peer-'.length),
    seq: seq ?? count,
    entry: { v: 1, at: { wallMs: atMs, counter }, body },
  });
}

/** The intent and the outcome of one move of the fence. */
export function fence(options: {
  readonly by: string;
  readonly atMs: number;
  readonly state: string;
  readonly epoch: number;
  readonly outcome: string;
  readonly holder?: { readonly peer: string; readonly epoch: number };
  readonly more?: Readonly<Record<string, unknown>>;
}): StoryEntry[] {
  const { by, atMs, state, epoch, outcome, holder, more } = options;
  count += 1;
  const oid = `oid-${count}`;
  const record = { task, state, epoch, peer: by, ...more };
  return [
    said({ by, atMs, body: { kind: 'fence.intended', intent: { task, oid, record } } }),
    said({
      by,
      atMs: atMs + 1,
      body: { kind: 'fence.settled', task, oid, outcome, reason: '', holder },
    }),
  ];
}
