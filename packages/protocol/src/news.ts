/** What somebody outside may be told of a mesh, by webhooks. Names are only ever added. */
import { z } from 'zod';

/**
 * `task.done`: its result is published; `attempt.failed`: another machine tries; `task.failed`: nobody tries again
 * before a person says so; `peer.quarantined`: a journal tells two stories. The last two need a person.
 */
export const NewsKind = z.enum(['task.done', 'attempt.failed', 'task.failed', 'peer.quarantined']);
export type NewsKind = z.infer<typeof NewsKind>;
