/** What models cost: of one attempt, and of a day. */
import { z } from 'zod';
import { PromptExecutor } from './executors.ts';

const Count = z.int().min(0).nullable();

/** Null: nobody told. */
export const Spent = z.object({
  executor: PromptExecutor,
  model: z.string().max(140).nullable(),
  /** Answers of the model. */
  turns: Count,
  tokensRead: Count,
  tokensWritten: Count,
  costUsd: z.number().min(0).nullable(),
});
export type Spent = z.infer<typeof Spent>;

/** Of a peer in the last 24 hours, as far as it was told. */
export const DaySpend = z.object({ tokens: z.int().min(0), costUsd: z.number().min(0) });
export type DaySpend = z.infer<typeof DaySpend>;

/** What may be spent in 24 hours before no model is asked any more; absent: there is no cap. */
export const SpendCaps = z.strictObject({
  tokensPerDay: z.int().min(0).optional(),
  usdPerDay: z.number().min(0).optional(),
  /** Of all peers that this one knows, itself counted. */
  meshTokensPerDay: z.int().min(0).optional(),
  meshUsdPerDay: z.number().min(0).optional(),
});
export type SpendCaps = z.infer<typeof SpendCaps>;
