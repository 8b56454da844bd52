/** What the attempt at a task prints, wherever it runs. */
import { z } from 'zod';
import { OutputPiece } from '../output.ts';

/** `run.at`: how far somebody has read. */
const Position = z
  .string()
  .regex(/^\d{1,16}\.\d{1,16}$/, 'not a position of an output')
  .transform((text) => {
    const [run, at] = text.split('.').map(Number);
    return { run: run ?? 0, at: at ?? 0 };
  })
  .refine(({ run, at }) => Number.isSafeInteger(run) && Number.isSafeInteger(at), 'too large');

/** Absent: from the oldest that is kept. */
export const OutputQuery = z.strictObject({ after: Position.optional() });

export const OutputAnswer = z.object({
  task: z.string(),
  /** Who runs the attempt, or did last; null: nobody is known. */
  peer: z.string().nullable(),
  name: z.string().nullable(),
  /** Null: `why` tells. */
  output: z
    .object({
      ...OutputPiece.omit({ from: true, to: true }).shape,
      /** Some of what was asked for is not kept any more, or it is another attempt. */
      skipped: z.boolean(),
      /** To be given as `after` next. */
      position: z.string(),
    })
    .nullable(),
  why: z.string().nullable(),
});
export type OutputAnswer = z.infer<typeof OutputAnswer>;
