/**
 * What whoever watches a peer is told while it happens. Entries are the story: each comes once, in the order
 * in which it came to be known to this peer, with its position, from which a broken stream goes on. The other
 * events say how things stand now; a later one of the same type replaces an earlier one.
 */
import { z } from 'zod';
import { StoryEntry } from './entries.ts';
import { HealthAnswer } from './health.ts';
import { PeersAnswer } from './peers.ts';
import { StatusAnswer } from './status.ts';
import { TasksAnswer } from './tasks.ts';

export const StreamEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('entry'), position: z.string(), entry: StoryEntry }),
  /** The position asked for is of no use here, since the index was made anew: read everything again. */
  z.object({ type: z.literal('reset'), position: z.string() }),
  /**
   * How many entries of all journals are here. With `sinceMs`: this stream, or one that goes on from it, tells all
   * of them that are of this time or later, less `aheadMs`; 0: all. It comes before those that are here already.
   */
  z.object({
    type: z.literal('held'),
    entries: z.int().min(0),
    sinceMs: z.int().min(0).optional(),
  }),
  z.object({ type: z.literal('status'), status: StatusAnswer }),
  z.object({ type: z.literal('peers'), ...PeersAnswer.shape }),
  z.object({ type: z.literal('tasks'), ...TasksAnswer.shape }),
  z.object({ type: z.literal('health'), ...HealthAnswer.shape }),
]);
export type StreamEvent = z.infer<typeof StreamEvent>;

/** Entries of all journals that are here, oldest first. */
export const EntriesAnswer = z.object({
  entries: z.array(StoryEntry),
  /** Of the entry that came to be known last: where a stream of events goes on. */
  position: z.string(),
});
export type EntriesAnswer = z.infer<typeof EntriesAnswer>;
