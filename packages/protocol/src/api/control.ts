/** What comes back when a peer is told to do something, and how it says no. */
import { z } from 'zod';
import { PeerOrder } from '../peer-order.ts';
import { TaskOrder } from '../task-order.ts';

export const RebuildAnswer = z.object({ entries: z.number() });

/** What was said, and the comment that says it. */
export const OrderAnswer = z.object({ task: z.string(), order: TaskOrder, url: z.string() });

export const LookAnswer = z.object({ looking: z.array(z.string()) });
/** Whether this peer begins nothing new now, for whichever reason. */
export const PauseAnswer = z.object({ paused: z.boolean() });
/** Who does it: a peer, or null for the whole mesh. `paused`: it, or this one of the mesh, begins nothing new now. */
export const PeerOrderAnswer = z.object({
  order: PeerOrder,
  peer: z.string().nullable(),
  name: z.string().nullable(),
  paused: z.boolean(),
});
export type PeerOrderAnswer = z.infer<typeof PeerOrderAnswer>;
export const RefreshAnswer = z.object({ executors: z.array(z.string()), slots: z.number() });
/** It stands in the journal. */
export const DrillAnswer = z.object({ noted: z.literal(true) });
export const StopAnswer = z.object({ stopping: z.literal(true) });

export const Check = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  /** What to do about it; null when there is nothing to do. */
  advice: z.string().nullable(),
});
export type Check = z.infer<typeof Check>;
export const DoctorAnswer = z.object({ checks: z.array(Check) });

/** An error as the socket tells it. */
export const ErrorAnswer = z.object({
  code: z.string(),
  reason: z.string(),
  advice: z.string(),
  retryable: z.boolean(),
});
