/** The certificate of a result, as the peer that was asked checked it. */
import { z } from 'zod';

/** What that peer knows of who signed. `unknown`: it never heard of it, or not since it started. */
const Standing = z.enum(['member', 'quarantined', 'unknown']);

const Signer = z.object({ peer: z.string(), name: z.string().nullable(), standing: Standing });

export const VerifiedAnswer = z.object({
  task: z.string(),
  /** Null: nothing is published. */
  pullRequest: z.number().nullable(),
  verified: z.boolean(),
  /** Why not; null: it is. */
  reason: z.string().nullable(),
  /** What a certificate with good signatures says; null: there is none. */
  certificate: z
    .object({
      result: z.string(),
      epoch: z.number(),
      publisher: Signer,
      /** Verdicts that the publication asks for, and those of members that passed. */
      wanted: z.number(),
      counted: z.number(),
      verdicts: z.array(
        z.object({
          ...Signer.shape,
          outcome: z.enum(['passed', 'failed']),
          reason: z.string(),
          platform: z.string(),
          sandbox: z.string(),
          version: z.string(),
          /** By the judge's clock. */
          atMs: z.number(),
        }),
      ),
    })
    .nullable(),
});
export type VerifiedAnswer = z.infer<typeof VerifiedAnswer>;
