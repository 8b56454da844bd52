/**
 * What the control socket answers. The command line checks every answer against these, since the
 * peer that runs may be of another version; fields it does not know are dropped.
 */
import { Capabilities, ForkEvidence, Hlc } from '@bzzz/protocol';
import { z } from 'zod';

export const Problem = z.object({
  /** From the error registry where there is one, else a word of its own such as `alone`. */
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  text: z.string(),
  advice: z.string(),
});
export type Problem = z.infer<typeof Problem>;

export const TaskAnswer = z.object({
  task: z.string(),
  title: z.string(),
  recipe: z.string().nullable(),
  state: z.string(),
  wanted: z.boolean(),
  holder: z.string().nullable(),
  holderName: z.string().nullable(),
  epoch: z.number(),
  pullRequest: z.number().nullable(),
  reason: z.string().nullable(),
});
export type TaskAnswer = z.infer<typeof TaskAnswer>;

const Watching = z.object({
  repo: z.string(),
  role: z.string(),
  polls: z.number(),
  answeredAgoMs: z.number().nullable(),
  trouble: z
    .object({
      code: z.string(),
      reason: z.string(),
      /** How long it has lasted, and until it is read again. */
      forMs: z.number().optional(),
      retryInMs: z.number().optional(),
    })
    .nullable(),
});

export const StatusAnswer = z.object({
  /** What is wrong, worst first; empty when all is well. */
  problems: z.array(Problem),
  peer: z.object({
    id: z.string(),
    name: z.string(),
    version: z.string(),
    account: z.string().nullable(),
    pid: z.number(),
    dataDir: z.string(),
    upMs: z.number(),
  }),
  mesh: z.object({
    name: z.string(),
    addresses: z.array(z.string()),
    /** Other peers with a connection, and all that are known. */
    connected: z.number(),
    known: z.number(),
    /** Gossiped messages of others that came, and that never did; of ours that were not sent. */
    gossip: z
      .object({ heard: z.number(), lost: z.number(), notSent: z.number() })
      .default({ heard: 0, lost: 0, notSent: 0 }),
  }),
  forge: z.object({
    apiUrl: z.string(),
    reads: z.number(),
    notModified: z.number(),
    writes: z.number(),
    pushes: z.number(),
    rateLimit: z.object({ remaining: z.number(), limit: z.number() }).nullable(),
    watching: z.array(Watching),
  }),
  /** Null: none is configured. */
  webhook: z
    .object({
      /** `host:port` where it listens. */
      address: z.string(),
      /** Deliveries that told of a repository of ours, that told nothing to us, that were no good. */
      hints: z.number(),
      ignored: z.number(),
      refused: z.number(),
    })
    .nullable()
    .default(null),
  work: z.object({
    slots: z.number(),
    /** How that number came about; empty: a peer of an earlier version. */
    because: z.string().default(''),
    /** Since it last looked what this machine has; null: a peer of an earlier version. */
    lookedAgoMs: z.number().nullable().default(null),
    running: z.number(),
    executors: z.array(z.string()),
    tools: z.array(z.string()),
    sandbox: Capabilities.shape.sandbox,
    load: z.number(),
    success: z.number(),
    /** By executor, of those that have run; empty also: a peer of an earlier version. */
    workers: z
      .array(
        z.object({
          kind: z.string(),
          running: z.number(),
          /** Since the peer started, and within the last minutes. */
          deaths: z.number(),
          recent: z.number(),
          /** Why none is begun now; null: one may be. */
          unready: z.string().nullable(),
        }),
      )
      .default([]),
  }),
  /** Tasks by state. */
  tasks: z.record(z.string(), z.number()),
  journal: z.object({ key: z.string(), length: z.number(), replicas: z.number() }),
});
export type StatusAnswer = z.infer<typeof StatusAnswer>;

export const PeerAnswer = z.object({
  id: z.string(),
  name: z.string(),
  self: z.boolean(),
  connected: z.boolean(),
  liveness: z.enum(['alive', 'suspected', 'dead']),
  heardAgoMs: z.number(),
  account: z.string().nullable(),
  version: z.string(),
  repositories: z.array(z.string()),
  executors: z.array(z.string()),
  tools: z.array(z.string()),
  sandbox: Capabilities.shape.sandbox,
  slots: z.number(),
  running: z.number(),
  load: z.number(),
  success: z.number(),
  /** By kind of task, where the peer tells it. */
  successOf: z.record(z.string(), z.number()).default({}),
  /** Absent: a peer of an earlier version. */
  machine: Capabilities.shape.machine,
  paused: z.boolean().default(false),
  /** Its journal tells two stories, and nobody has decided about it yet. */
  quarantined: z.boolean().default(false),
  /** `here`: entries of its journal that this peer holds. */
  journal: z.object({ key: z.string(), length: z.number(), here: z.number() }),
});
export type PeerAnswer = z.infer<typeof PeerAnswer>;
export const PeersAnswer = z.object({ peers: z.array(PeerAnswer) });
export const TasksAnswer = z.object({ tasks: z.array(TaskAnswer) });

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
  entry: PlainEntry,
});
export type StoryEntry = z.infer<typeof StoryEntry>;
/** A task, and what all the journals here say about it, oldest first. */
export const TaskStoryAnswer = z.object({ task: TaskAnswer, story: z.array(StoryEntry) });

/** Of a newer peer a kind may be new; the text beside it says the same. */
const Reason = z.looseObject({ kind: z.string() }).nullable();
const silence = z.string().nullable();

/** Of every member its reason to take the task or not, the one that matters most first. */
export const WhyTaskAnswer = z.object({
  task: z.string(),
  title: z.string(),
  /** What follows from all reasons, in a sentence. */
  text: z.string(),
  peers: z.array(
    z.object({
      peer: z.string(),
      name: z.string(),
      self: z.boolean(),
      text: z.string(),
      reason: Reason,
      /** Why there is no answer: `unreachable`, `silent`, `older`; null: there is one. */
      silence,
    }),
  ),
});
export type WhyTaskAnswer = z.infer<typeof WhyTaskAnswer>;

export const WhyPeerAnswer = z.object({
  peer: z.string(),
  name: z.string(),
  self: z.boolean(),
  text: z.string(),
  silence,
  /** Null: it does not answer. */
  idle: z
    .object({
      running: z.number(),
      slots: z.number(),
      working: z.array(z.string()),
      /** Tasks that nobody holds, and why this peer does not take each. */
      open: z.array(
        z.object({ task: z.string(), title: z.string(), text: z.string(), reason: Reason }),
      ),
      more: z.number(),
    })
    .nullable(),
});
export type WhyPeerAnswer = z.infer<typeof WhyPeerAnswer>;

export const LogLine = z.object({ seq: z.number(), entry: PlainEntry });
export type LogLine = z.infer<typeof LogLine>;

export const RebuildAnswer = z.object({ entries: z.number() });

export const SubmitAnswer = z.object({
  repo: z.string(),
  number: z.number(),
  url: z.string(),
  /** Labels that the forge did not put on, since the account may not label. */
  labelsMissing: z.array(z.string()),
  /** Whether this peer works on that repository. */
  watched: z.boolean(),
});
export type SubmitAnswer = z.infer<typeof SubmitAnswer>;

/** Comments of a pull request that hold a certificate, not yet checked. */
export const CertificatesAnswer = z.object({
  repo: z.string(),
  number: z.number(),
  /** The commit that the pull request stands at. */
  head: z.string(),
  /** The tip of its task's lock branch; null: the branch is gone. */
  lock: z.string().nullable(),
  texts: z.array(z.string()),
});
export type CertificatesAnswer = z.infer<typeof CertificatesAnswer>;

/** Peers of which it is proven that their journals tell two stories. */
export const QuarantineAnswer = z.object({
  quarantined: z.array(
    z.object({
      peer: z.string(),
      name: z.string().nullable(),
      self: z.boolean(),
      journal: z.string(),
      reason: z.string(),
      sinceWallMs: z.number(),
      /** What anybody can check: two statements that cannot both be true, with their signatures. */
      evidence: ForkEvidence,
    }),
  ),
});
export type QuarantineAnswer = z.infer<typeof QuarantineAnswer>;
/** Who is not set aside any more. */
export const LiftAnswer = z.object({ peer: z.string() });

export const LookAnswer = z.object({ looking: z.array(z.string()) });
/** Whether this peer begins nothing new now, for whichever reason. */
export const PauseAnswer = z.object({ paused: z.boolean() });
export const RefreshAnswer = z.object({ executors: z.array(z.string()), slots: z.number() });
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
