/**
 * Invariant 8 (one history) of what peers hold of others' journals: a copy is the beginning of what its writer
 * wrote first at each position, and what it holds it keeps; and no journal is said to have two stories here,
 * where none has.
 */
import { isDeepStrictEqual } from 'node:util';
import type { EntryBody, PeerId } from '@bzzz/protocol';
import type { HistoryEvent } from '../history.ts';
import type { Check, CheckContext } from './violation.ts';

export function checkCopies({ broken }: Pick<CheckContext, 'broken'>): Check {
  /** What each wrote, as it was written first; nothing where only a later release could tell. */
  const written = new Map<PeerId, EntryBody[]>();
  const lengths = new Map<string, number>();

  function onDurable({ peer, seq, body }: Extract<HistoryEvent, { kind: 'durable' }>): void {
    const story = written.get(peer) ?? [];
    written.set(peer, story);
    story[seq] ??= body;
    if (body.kind === 'peer.quarantined') broken(8, `${body.peer} is said to have two stories`);
  }

  function onCopied({ peer, writer, from, bodies }: Extract<HistoryEvent, { kind: 'copied' }>) {
    const key = `${peer} ${writer}`;
    if (from !== (lengths.get(key) ?? 0)) {
      broken(8, `what ${peer} held of the journal of ${writer} ends at another position, ${from}`);
    }
    lengths.set(key, from + bodies.length);
    const at = bodies.findIndex(
      (body, index) => !isSame(body, written.get(writer)?.[from + index]),
    );
    if (at >= 0) broken(8, `${peer} holds what ${writer} never wrote at position ${from + at}`);
  }

  return {
    onEvent(event) {
      if (event.kind === 'durable') onDurable(event);
      if (event.kind === 'copied') onCopied(event);
    },
  };
}

function isSame(one: EntryBody | null, other: EntryBody | undefined): boolean {
  return one === (other ?? null) || isDeepStrictEqual(one, other);
}
