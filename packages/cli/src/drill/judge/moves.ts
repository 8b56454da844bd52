/** What a journal says of its peer's moves of fences, as it comes out of the control socket: bytes are text there. */
import { Epoch, FenceOutcome, LockRecord, Oid, TaskId } from '@bzzz/protocol';
import type { LogLine } from '@bzzz/protocol/api';
import { z } from 'zod';

/** One entry about tasks. */
export type Move = { readonly seq: number; readonly task: TaskId } & (
  | {
      readonly kind: 'intended';
      readonly oid: Oid;
      readonly record: LockRecord;
      readonly result: Oid | null;
    }
  | { readonly kind: 'settled'; readonly oid: Oid; readonly outcome: FenceOutcome }
  | {
      readonly kind: 'ended';
      readonly epoch: number;
      readonly state: 'done' | 'failed' | 'released';
    }
  | { readonly kind: 'tidied' }
);

const Told = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('fence.intended'),
    intent: z.object({
      task: TaskId,
      oid: Oid,
      record: LockRecord,
      result: z.object({ oid: Oid }).optional(),
    }),
  }),
  z.object({ kind: z.literal('fence.settled'), task: TaskId, oid: Oid, outcome: FenceOutcome }),
  z.object({
    kind: z.literal('task.ended'),
    task: TaskId,
    epoch: Epoch,
    state: z.enum(['done', 'failed', 'released']),
  }),
  z.object({ kind: z.literal('tidy.settled'), task: TaskId, outcome: z.string() }),
]);
const kinds: ReadonlySet<string> = new Set(Told.options.map(({ shape }) => shape.kind.value));

/** Undefined: the entry moves nothing. Throws what zod throws when it is not what such an entry is. */
export function moveOf({ seq, entry }: LogLine): Move | undefined {
  if (!kinds.has(entry.body.kind)) return undefined;
  const body = Told.parse(entry.body);
  switch (body.kind) {
    case 'fence.intended': {
      const { task, oid, record, result } = body.intent;
      return { kind: 'intended', seq, task, oid, record, result: result?.oid ?? null };
    }
    case 'fence.settled':
      return { kind: 'settled', seq, task: body.task, oid: body.oid, outcome: body.outcome };
    case 'task.ended':
      return { kind: 'ended', seq, task: body.task, epoch: body.epoch, state: body.state };
    case 'tidy.settled':
      return body.outcome === 'kept' ? undefined : { kind: 'tidied', seq, task: body.task };
  }
}

/** A move that the forge took, by the word of the peer that made it. */
export interface Won {
  readonly peer: string;
  readonly seq: number;
  readonly oid: Oid;
  readonly record: LockRecord;
  /** Where it moved the result branch with it. */
  readonly result: Oid | null;
}

/** Of one journal; what it settled without an intent is left out here, and is a matter of invariant 7. */
export function wonBy(peer: string, moves: readonly Move[]): Won[] {
  const intents = new Map<Oid, Extract<Move, { kind: 'intended' }>>();
  const won = new Map<Oid, Won>();
  for (const move of moves) {
    if (move.kind === 'intended') intents.set(move.oid, move);
    if (move.kind !== 'settled' || move.outcome !== 'won') continue;
    const intent = intents.get(move.oid);
    if (intent === undefined) continue;
    const { oid, record, result } = intent;
    won.set(oid, { peer, seq: move.seq, oid, record, result });
  }
  return [...won.values()];
}
