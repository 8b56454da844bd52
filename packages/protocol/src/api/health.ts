import { z } from 'zod';
import { HealthReport } from '../messages.ts';

const Sample = z.object({ atMs: z.number(), ...HealthReport.omit({ state: true }).shape });

/** How the machine of this peer is, and what was done about it. */
export const HealthAnswer = z.object({
  state: HealthReport.shape.state,
  /** Why it cannot do its work at all; null: it can. */
  fault: z.string().nullable(),
  /** Of the last ten minutes, oldest first. */
  samples: z.array(Sample),
  /** What it is short of now. */
  alerts: z.array(
    z.object({
      measure: z.string(),
      text: z.string(),
      advice: z.string(),
      value: z.number(),
      sinceMs: z.number(),
    }),
  ),
  /** Newest last. */
  healings: z.array(
    z.object({
      atMs: z.number(),
      action: z.string(),
      outcome: z.enum(['done', 'nothing', 'failed']),
      reason: z.string(),
    }),
  ),
});
export type HealthAnswer = z.infer<typeof HealthAnswer>;

export const HealAnswer = HealthAnswer.pick({ healings: true });
export type HealAnswer = z.infer<typeof HealAnswer>;
