/** Names of models, and what is known of them. */
import { z } from 'zod';

/** As Ollama names a model: `qwen2.5-coder:14b`, `library/llama3.1`. */
export const ModelName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}(?::[A-Za-z0-9._-]{1,39})?$/, 'not the name of a model');
export type ModelName = z.infer<typeof ModelName>;

/** What is known of a model, as its server tells it. */
export const ModelFacts = z.object({
  name: ModelName,
  /** How many it has; null: it is not told. */
  parameters: z.int().min(1).nullable(),
  /** The longest that it reads and writes here, in tokens; null: it is not told. */
  contextTokens: z.int().min(1).nullable(),
});
export type ModelFacts = z.infer<typeof ModelFacts>;

/** What a model must have at least; what is absent may be anything. */
export const ModelLeast = z.object({
  parameters: z.int().min(1).optional(),
  contextTokens: z.int().min(1).optional(),
});
export type ModelLeast = z.infer<typeof ModelLeast>;
