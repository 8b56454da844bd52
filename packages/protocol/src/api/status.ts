import { z } from 'zod';
import { Capabilities } from '../messages.ts';

export const Problem = z.object({
  /** From the error registry where there is one, else a word of its own such as `alone`. */
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  text: z.string(),
  advice: z.string(),
});
export type Problem = z.infer<typeof Problem>;

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
    /** Of a token that is lent by a Vault or a GitHub App; null: it stands in a file or in the configuration. */
    token: z
      .object({
        from: z.string(),
        usable: z.boolean(),
        /** Null: it does not, or there is none. */
        expiresInMs: z.number().nullable(),
      })
      .nullable()
      .default(null),
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
  /** Where the page and the API are served; null: nowhere. */
  gateway: z.object({ url: z.string() }).nullable().default(null),
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
  /** How many there are in each place, see `taskPlace`. */
  tasks: z.record(z.string(), z.number()),
  journal: z.object({
    key: z.string(),
    length: z.number(),
    replicas: z.number(),
    /** Journals that are here and hold what cannot be read: how much of each was counted and skipped. */
    skipped: z
      .array(
        z.object({
          key: z.string(),
          /** Null: its writer is no member now. */
          peer: z.string().nullable(),
          name: z.string().nullable(),
          blocks: z.number(),
          entries: z.number(),
        }),
      )
      .default([]),
  }),
});
export type StatusAnswer = z.infer<typeof StatusAnswer>;
