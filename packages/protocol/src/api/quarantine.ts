import { z } from 'zod';
import { ForkEvidence } from '../heads.ts';

/** Peers of which it is proven that their journals tell two stories. */
export const QuarantineAnswer = z.object({
  quarantined: z.array(
    z.object({
      peer: z.string(),
      name: z.string().nullable(),
      self: z.boolean(),
      journal: z.string(),
      reason: z.string(),
      sinceWallMs: z.number(),
      /** What anybody can check: two statements that cannot both be true, with their signatures. */
      evidence: ForkEvidence,
    }),
  ),
});
export type QuarantineAnswer = z.infer<typeof QuarantineAnswer>;

/** Who stays set aside. */
export const KeepAnswer = z.object({ peer: z.string() });

/** Who is not set aside any more. */
export const LiftAnswer = z.object({ peer: z.string() });
