import { z } from 'zod';
import { Hlc } from '../hlc.ts';

/** A journal entry as JSON: what is bytes there, is text here. Newer kinds are shown as they are. */
export const PlainEntry = z.object({
  v: z.number(),
  at: Hlc,
  cause: z.object({ peer: z.string(), seq: z.number() }).optional(),
  body: z.looseObject({ kind: z.string() }),
});
export type PlainEntry = z.infer<typeof PlainEntry>;

/** One entry of somebody's journal. */
export const StoryEntry = z.object({
  peer: z.string().nullable(),
  name: z.string().nullable(),
  seq: z.number(),
  /** Not 0: its writer's clock was so far ahead when it came, and it stands where it came to be here. */
  aheadMs: z.number().default(0),
  entry: PlainEntry,
});
export type StoryEntry = z.infer<typeof StoryEntry>;

export const LogLine = z.object({ seq: z.number(), entry: PlainEntry });
export type LogLine = z.infer<typeof LogLine>;
