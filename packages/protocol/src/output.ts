/**
 * Stream `output`: the end of what an attempt prints, from the peer that runs it. Whoever follows it asks again
 * with the position that he was told.
 */
import { z } from 'zod';
import { Epoch, TaskId } from './ids.ts';
import { limits } from './limits.ts';

/** How far somebody has read. */
export const OutputPosition = z.object({
  /** Another with each attempt: when it began, by the clock of its peer. */
  run: z.int().min(0),
  /** Characters of its output before this place. */
  at: z.int().min(0),
});
export type OutputPosition = z.infer<typeof OutputPosition>;

export const OutputRequest = z.object({
  task: TaskId,
  /** Absent: from the oldest that is kept. */
  after: OutputPosition.optional(),
});
export type OutputRequest = z.infer<typeof OutputRequest>;

export const OutputPiece = z.object({
  epoch: Epoch,
  attempt: z.int().min(1),
  /** Shown in terminals, and a hostile peer may say it. */
  executor: z
    .string()
    .max(140)
    .regex(/^\P{C}*$/u, 'no control characters'),
  /** It may print more. */
  running: z.boolean(),
  /** Where `text` begins, which is later than was asked for where that is not kept any more. */
  from: OutputPosition,
  /** Where to go on. */
  to: OutputPosition,
  /** Whole lines but for the very long; secrets are masked. */
  text: z.string().max(limits.outputTextCharsMax),
  /** There is more already. */
  more: z.boolean(),
});
export type OutputPiece = z.infer<typeof OutputPiece>;

/** `piece` is null where nothing is kept of an attempt at that task. */
export const OutputResponse = z.object({ piece: OutputPiece.nullable() });
export type OutputResponse = z.infer<typeof OutputResponse>;
