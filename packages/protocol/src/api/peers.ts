import { z } from 'zod';
import { Capabilities, HealthReport } from '../messages.ts';

/** As it told last; one that does not answer is `offline`, whatever it told. */
const PeerHealth = HealthReport.extend({
  state: z.enum([...HealthReport.shape.state.options, 'offline']),
});

export const PeerAnswer = z.object({
  id: z.string(),
  name: z.string(),
  self: z.boolean(),
  connected: z.boolean(),
  liveness: z.enum(['alive', 'suspected', 'dead']),
  /** Of a dead one: it said before that it stops. */
  stopped: z.boolean().default(false),
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
  /** Absent: a peer of an earlier version, or one that has not looked yet. */
  health: PeerHealth.optional(),
  paused: z.boolean().default(false),
  /** Its journal tells two stories, and nobody has decided about it yet. */
  quarantined: z.boolean().default(false),
  /** Of a dead one: the tasks that it had in its hands, and whose they are now; null: nobody's yet. */
  left: z
    .array(z.object({ task: z.string(), by: z.string().nullable(), byName: z.string().nullable() }))
    .default([]),
  /** Repositories that it looks at for the mesh, or stands by to. */
  watches: z
    .array(z.object({ repo: z.string(), role: z.enum(['watcher', 'standby']) }))
    .default([]),
  /** Members that it is connected with, by its own word; of a peer of an earlier version: empty. */
  links: z.array(z.string()).default([]),
  /** `from`, `here`: the first entry of its journal that this peer holds, and the position after the last one. */
  journal: z.object({
    key: z.string(),
    length: z.number(),
    from: z.number().default(0),
    here: z.number(),
  }),
});
export type PeerAnswer = z.infer<typeof PeerAnswer>;

/** How a peer lives, in the one word that people read: whoever was stopped by somebody is not called dead. */
export function lifeOf({
  liveness,
  stopped,
}: Pick<PeerAnswer, 'liveness' | 'stopped'>): PeerAnswer['liveness'] | 'stopped' {
  return liveness === 'dead' && stopped ? 'stopped' : liveness;
}

export const PeersAnswer = z.object({ peers: z.array(PeerAnswer) });
export type PeersAnswer = z.infer<typeof PeersAnswer>;
