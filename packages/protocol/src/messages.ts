/**
 * What peers tell each other. Unknown fields are dropped, so a newer peer may say more.
 * Everything here is a hint: the forge is the truth about tasks.
 */
import { z } from 'zod';
import { Hlc } from './hlc.ts';
import {
  Account,
  Epoch,
  IssueNumber,
  JournalKey,
  Oid,
  PeerId,
  RepoName,
  Sha256Hex,
  TaskId,
} from './ids.ts';
import { limits } from './limits.ts';
import { ModelFacts, ModelLeast, ModelName } from './models.ts';
import { DaySpend } from './spend.ts';
import { RecipeName } from './work-request.ts';

const Item = z.string().min(1).max(140);
const Items = z.array(Item).max(limits.capabilityItemsMax);

const Share = z.number().min(0).max(1);

/** What a task is, as far as success at it is measured: for the executor `recipe`, its recipe. */
export const TaskKind = z.string().regex(/^[a-z][a-z0-9.:_-]{0,79}$/, 'not a kind of task');
export type TaskKind = z.infer<typeof TaskKind>;

const SuccessOf = z
  .record(TaskKind, Share)
  .refine((shares) => Object.keys(shares).length <= limits.successKindsMax, 'too many kinds');

export const Gpu = z.object({
  name: z.string().min(1).max(100),
  /** Null: it is not told. */
  memoryBytes: z.int().min(0).nullable(),
});
export type Gpu = z.infer<typeof Gpu>;

/** What a machine is, for people and for whoever chooses among machines. */
export const Machine = z.object({
  cores: z.int().min(1).max(65_536),
  memoryBytes: z.int().min(0),
  gpus: z.array(Gpu).max(16),
});
export type Machine = z.infer<typeof Machine>;

/** What an operator said last about new work of the whole mesh. */
export const MeshPause = z.object({ paused: z.boolean(), at: Hlc, by: PeerId });
export type MeshPause = z.infer<typeof MeshPause>;

/** How a machine is, as its own peer measures it. */
export const HealthReport = z.object({
  /** `limited`: it is short of something. `error`: it cannot do its work. */
  state: z.enum(['online', 'limited', 'error']),
  /** Shares of what there is; null: it cannot be told. */
  cpu: Share,
  memory: Share,
  disk: Share.nullable(),
  /** How long its process waits for its turn, at worst lately. */
  lagMs: z.number().min(0),
  receivedBytesPerS: z.number().min(0),
  sentBytesPerS: z.number().min(0),
});
export type HealthReport = z.infer<typeof HealthReport>;

/** Topic `capabilities`: who I am and what I can do. On change and every 30 s. */
export const Capabilities = z.object({
  peer: PeerId,
  /** The operator's name for the machine. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
  /** Null until the forge has told whom the token belongs to. */
  account: Account.nullable(),
  version: Item,
  /** Oldest and newest wire version that is understood. */
  wire: z.object({ min: z.int().min(1), max: z.int().min(1) }),
  /** Rises with every start of the process and every refuted suspicion. */
  incarnation: z.int().min(0),
  /** Rises with every message of one incarnation. */
  revision: z.int().min(0),
  repositories: z.array(RepoName).max(limits.capabilityItemsMax),
  executors: Items,
  /** Models that it can ask; absent in messages of earlier versions. */
  models: z.array(ModelName).max(limits.capabilityItemsMax).default([]),
  /** What is known of some of them; absent in messages of earlier versions. */
  modelFacts: z.array(ModelFacts).max(limits.modelFactsMax).optional(),
  /** Programs found on the machine, such as `node` or `prettier`. */
  tools: Items,
  sandbox: z.enum(['bubblewrap', 'none']),
  /** Attempts at a time. */
  slots: z.int().min(0).max(1024),
  running: z.int().min(0).max(1024),
  /** CPU load of the machine a core, 0 idle, 1 busy. */
  load: z.number().min(0).max(1000),
  /** Share of attempts that ended accepted, with a prior of one success. */
  success: Share,
  /** The same for each kind of task that it did lately; of other kinds nothing is known. */
  successOf: SuccessOf.optional(),
  journal: z.object({ key: JournalKey, length: z.int().min(0) }),
  /** Absent in messages of earlier versions. */
  machine: Machine.optional(),
  /** What its models cost in the last 24 hours; absent: nothing is known. */
  spent: DaySpend.optional(),
  /** Members with a connection to it, itself among them; absent in messages of earlier versions. */
  links: z.array(PeerId).max(limits.linksMax).optional(),
  /** Absent in messages of earlier versions, and before the first look. */
  health: HealthReport.optional(),
  /** Serial of the list of members that it goes by; absent: none. */
  memberList: z.int().min(1).optional(),
  /** It begins nothing new at present; absent: it does. */
  paused: z.boolean().optional(),
  /** What it last heard of the whole mesh; absent: nothing. */
  meshPause: MeshPause.optional(),
  /** It stops now, of its own will: until it is heard again it is as good as dead. Absent: it does not. */
  leaving: z.boolean().optional(),
});
export type Capabilities = z.infer<typeof Capabilities>;

/** What a task asks of a machine. */
export const Needs = z.object({
  /** Of these at least one; the earlier, the better. */
  executors: Items,
  tools: Items,
  /** `ollama` is of use only with one of these; none: no model is needed. */
  models: z.array(ModelName).max(limits.capabilityItemsMax).default([]),
  /** What such a model must have at least; absent: nothing is asked. */
  least: ModelLeast.optional(),
  /** Of each of these too, for further steps of the work; absent: there are none. */
  also: z
    .array(
      z.object({ executors: Items, models: z.array(ModelName).max(limits.capabilityItemsMax) }),
    )
    .max(8)
    .optional(),
});
export type Needs = z.infer<typeof Needs>;

/** How far the sender's journal goes: what a listener does next follows from something in it. */
const JournalPosition = z.object({ seq: z.int().min(0), at: Hlc });

const holder = { task: TaskId, peer: PeerId, epoch: Epoch, lock: Oid, entry: JournalPosition };

/**
 * What asks for more work on a published result: what people said of it, a check of the repository that
 * failed, a base branch that it does not merge into any more.
 */
export const ReworkCause = z.enum(['remarks', 'checks', 'conflict']);
export type ReworkCause = z.infer<typeof ReworkCause>;

/** Topic `tasks`: what was seen of a task. */
export const TaskHint = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('seen'),
    task: TaskId,
    title: z.string().max(limits.titleCharsMax),
    recipe: RecipeName,
    bodySha256: Sha256Hex,
    needs: Needs,
    updatedAtMs: z.int().min(0),
    /** When somebody trusted asked last, by a comment, that it be tried again. */
    retriedAtMs: z.int().min(0).optional(),
    entry: JournalPosition.optional(),
  }),
  z.object({
    kind: z.literal('gone'),
    task: TaskId,
    title: z.string().max(limits.titleCharsMax),
    updatedAtMs: z.int().min(0),
    reason: z.string().max(limits.reasonCharsMax),
    /** True: only an account of the mesh is assigned, and no fence that could be read explains it. */
    unexplained: z.boolean().optional(),
    /** Open issues of the repository that it waits for; nothing else keeps it then. */
    waitsFor: z.array(IssueNumber).max(limits.dependenciesMax).optional(),
    entry: JournalPosition.optional(),
  }),
  z.object({ kind: z.literal('claimed'), ...holder, leaseMs: z.int().min(100) }),
  z.object({ kind: z.literal('released'), ...holder }),
  z.object({ kind: z.literal('failed'), ...holder }),
  z.object({ kind: z.literal('done'), ...holder, pullRequest: z.int().min(1) }),
  /** The result that this commit of the lock names is to be reworked, as its pull request shows. */
  z.object({
    kind: z.literal('rework'),
    task: TaskId,
    lock: Oid,
    cause: ReworkCause,
    /** Whoever holds that commit has tried in vain: others go first. */
    failed: z.boolean().optional(),
    entry: JournalPosition.optional(),
  }),
]);
export type TaskHint = z.infer<typeof TaskHint>;

/** Topic `health`: a peer is suspected by somebody, or says that it lives. */
export const HealthNote = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('suspected'), peer: PeerId, incarnation: z.int().min(0) }),
  z.object({ kind: z.literal('alive'), peer: PeerId, incarnation: z.int().min(0) }),
]);
export type HealthNote = z.infer<typeof HealthNote>;

/** Told apart by the sender; an answer repeats the number of its question. */
const numbered = { seq: z.int().min(0) };

/**
 * Channel `heartbeat`: who lives, told by answering (SWIM, Das et al. 2002, section 3.1). The four
 * kinds and their fields are tiny on purpose: each connected peer gets several a second.
 */
export const Heartbeat = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ping'),
    ...numbered,
    incarnation: z.int().min(0),
    /** The receiver's incarnation that the sender suspects, so that it can refute at once. */
    suspected: z.int().min(0).optional(),
  }),
  /** The answer to the ping of that number. */
  z.object({ kind: z.literal('ack'), ...numbered, incarnation: z.int().min(0) }),
  /** An indirect probe: "ping that peer for me". */
  z.object({ kind: z.literal('ask'), ...numbered, target: PeerId }),
  /** What came of the ask of that number. */
  z.object({ kind: z.literal('answer'), ...numbered, target: PeerId, reached: z.boolean() }),
]);
export type Heartbeat = z.infer<typeof Heartbeat>;
