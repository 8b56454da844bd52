/**
 * Stream `why`: why a peer takes a task or does not, and why it is idle. A reason is data and a
 * sentence; of a kind that this version does not know, the sentence is left.
 */
import { z } from 'zod';
import { Epoch, IssueNumber, PeerId, TaskId } from './ids.ts';
import { limits } from './limits.ts';

const Text = z.string().max(limits.whyTextCharsMax);
const Name = z.string().max(limits.whyNameCharsMax);
const Ms = z.int().min(0);
const Code = z.string().max(64);

/** Why a peer works on a task, or does not. Kinds are only ever added. */
export const WhyReason = z.discriminatedUnion('kind', [
  /** It holds the task. */
  z.object({
    kind: z.literal('working'),
    epoch: Epoch,
    step: z.enum(['claimed', 'running', 'helping', 'publishing', 'verifying']),
  }),
  /** Its claim is under way. */
  z.object({ kind: z.literal('bidding') }),
  /** It claims the task in so long, unless somebody before it does. `place` counts from 1. */
  z.object({ kind: z.literal('turn'), place: z.int().min(1), of: z.int().min(1), inMs: Ms }),
  /** Able and free, and nothing will happen: a defect. */
  z.object({ kind: z.literal('idle') }),
  z.object({ kind: z.literal('backing-off'), forMs: Ms, code: Code.nullable(), reason: Text }),
  z.object({
    kind: z.literal('busy'),
    slots: z.int().min(1),
    /** A few of those that it is busy with. */
    tasks: z.array(TaskId).max(4),
  }),
  /** The forge has not told it whose its token is; `code` of what went wrong, if anything did. */
  z.object({ kind: z.literal('no-account'), code: Code.nullable(), reason: Text }),
  z.object({
    kind: z.literal('unable'),
    lacks: z.enum(['executor', 'tool', 'model']),
    name: Name,
    /** Of an executor that is there and may not be used now. */
    reason: Text.optional(),
  }),
  z.object({ kind: z.literal('no-sandbox'), reason: Text }),
  /** Its operator gave it nothing to work with: it only watches. */
  z.object({ kind: z.literal('no-slots') }),
  /** A cap of its operator on what models may cost in a day is reached. */
  z.object({ kind: z.literal('spent'), reason: Text }),
  /** Its operator, or one of the mesh, wants nothing new begun. */
  z.object({ kind: z.literal('paused'), scope: z.enum(['self', 'mesh']) }),
  z.object({ kind: z.literal('elsewhere') }),
  z.object({ kind: z.literal('stopping') }),
  z.object({
    kind: z.literal('held'),
    holder: PeerId,
    holderName: Name.nullable(),
    epoch: Epoch,
  }),
  z.object({ kind: z.literal('done'), pullRequest: z.int().min(1) }),
  z.object({ kind: z.literal('failed'), reason: Text }),
  /** For issues to be closed: those that its text names, or, when empty, as the forge shows. */
  z.object({
    kind: z.literal('waiting'),
    numbers: z.array(IssueNumber).max(limits.dependenciesMax),
    reason: Text,
  }),
  /** People do not want it done, or want it otherwise. */
  z.object({ kind: z.literal('unwanted'), reason: Text }),
  /** Wanted, but a person must clear something away first. */
  z.object({ kind: z.literal('blocked'), reason: Text }),
  z.object({ kind: z.literal('unseen') }),
  /** Not seen, and what it last heard from the forge was no. */
  z.object({ kind: z.literal('forge'), code: Code, reason: Text }),
]);
export type WhyReason = z.infer<typeof WhyReason>;

const told = {
  text: Text,
  /** Null: of a kind that this version does not know. */
  reason: WhyReason.nullable().catch(null),
};

export const WhyRequest = z.union([
  z.object({ task: TaskId }),
  z.object({ peer: z.literal(true) }),
]);
export type WhyRequest = z.infer<typeof WhyRequest>;

export const WhyTask = z.object({ about: z.literal('task'), ...told });
export type WhyTask = z.infer<typeof WhyTask>;

export const WhyIdle = z.object({
  about: z.literal('peer'),
  running: z.int().min(0),
  slots: z.int().min(0),
  text: Text,
  working: z.array(TaskId).max(limits.whyTasksMax),
  /** Tasks that nobody holds and people want done, and why this peer does not take each. */
  open: z
    .array(z.object({ task: TaskId, title: z.string().max(limits.whyTitleCharsMax), ...told }))
    .max(limits.whyTasksMax),
  /** Further open tasks that did not fit. */
  more: z.int().min(0),
});
export type WhyIdle = z.infer<typeof WhyIdle>;

export const WhyResponse = z.discriminatedUnion('about', [WhyTask, WhyIdle]);
export type WhyResponse = z.infer<typeof WhyResponse>;
