/** When moves of an earlier run came to stand, or may have: without an answer nobody knows. */
import type { EntryBody, Oid } from '@bzzz/protocol';

export interface StoodFold {
  take(body: EntryBody, wallMs: number): void;
  /** By the wall clock; those that never stood are left out. */
  stoodMs(): ReadonlyMap<Oid, number>;
}

export function foldStood(): StoodFold {
  const stood = new Map<Oid, number>();
  return {
    take(body, wallMs) {
      if (body.kind === 'fence.intended') stood.set(body.intent.oid, wallMs);
      if (body.kind !== 'fence.settled') return;
      if (body.outcome === 'won') stood.set(body.oid, wallMs);
      if (body.outcome === 'lost' || body.outcome === 'refused') stood.delete(body.oid);
    },
    stoodMs: () => stood,
  };
}
