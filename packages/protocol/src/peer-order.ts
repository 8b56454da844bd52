/**
 * Stream `order`: a member says for a person what another one is to do with its work. Who asks is told by the
 * connection; whether it is obeyed is decided by whoever is asked.
 */
import { z } from 'zod';
import { TaskId } from './ids.ts';
import { limits } from './limits.ts';

/**
 * `drain`: begin nothing new, finish what is under way. `pause`: begin nothing new, and what is under way stands still.
 * `resume`: go on with both.
 */
export const PeerOrder = z.enum(['drain', 'pause', 'resume']);
export type PeerOrder = z.infer<typeof PeerOrder>;

/** Shown in terminals and kept in journals, and a hostile peer may say it. */
const Words = z.string().regex(/^\P{C}*$/u, 'no control characters');

export const PeerOrderRequest = z
  .object({
    order: PeerOrder,
    /** Its attempt at this one alone; absent: the whole peer. */
    task: TaskId.optional(),
    /** Name of the key that was shown to the sender, by its word. */
    by: Words.min(1).max(64),
  })
  .refine(({ order, task }) => task === undefined || order !== 'drain', 'a task is not drained');
export type PeerOrderRequest = z.infer<typeof PeerOrderRequest>;

export const PeerOrderResponse = z.discriminatedUnion('outcome', [
  /** `paused`: it begins nothing new now, for whichever reason. */
  z.object({ outcome: z.literal('done'), paused: z.boolean() }),
  z.object({
    outcome: z.literal('refused'),
    code: z.enum(['peer_order_refused', 'task_not_here']),
    reason: Words.max(limits.reasonCharsMax),
  }),
]);
export type PeerOrderResponse = z.infer<typeof PeerOrderResponse>;
