/** Whole peers over ports in memory, at one forge and in one mesh. */
import { livenessPresets, type RepoName, type TaskId, Timing, wireVersions } from '@bzzz/protocol';
import { createCoordinator, type JournalLog, type Mask, type Signer } from '../../src/index.ts';
import { createDraws, createIdentity } from './identity.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { createMemoryForge, type MemoryForge, repo } from './memory-forge.ts';
import { createMemoryJournal, type MemoryJournal } from './memory-journal.ts';
import { createMemoryHub, type MemoryHub } from './memory-mesh.ts';
import { createMemoryWork } from './memory-work.ts';

export const timing = Timing.parse({ leaseMs: 60_000, lagMs: 8_000, backoffMs: 2_000 });

export interface MemoryWorld {
  readonly clock: ManualClock;
  readonly forge: MemoryForge;
  readonly hub: MemoryHub;
}

export function createMemoryWorld(): MemoryWorld {
  return { clock: createManualClock(), forge: createMemoryForge(), hub: createMemoryHub() };
}

export function createMemoryPeer(
  { clock, forge, hub }: MemoryWorld,
  index: number,
  options: {
    signer?: Signer;
    journal?: MemoryJournal;
    replicas?: JournalLog[];
    slots?: number;
    repositories?: RepoName[];
    announceMs?: number;
    hasModel?: boolean;
    mask?: Mask;
    onOver?: (task: TaskId) => void;
  } = {},
) {
  const signer = options.signer ?? createIdentity(index);
  const mesh = hub.join(signer.peer);
  const journal = options.journal ?? createMemoryJournal();
  const work = createMemoryWork(clock, { hasModel: options.hasModel ?? false });
  const replicas = () => options.replicas ?? [];
  const fatal: unknown[] = [];
  const coordinator = createCoordinator(
    {
      clock,
      random: createDraws(index),
      signer,
      mesh,
      journal,
      replicas,
      witness: async () => null,
      forge,
      ...work,
      ...(options.mask && { mask: options.mask }),
      ...(options.onOver && { onOver: options.onOver }),
    },
    {
      name: `peer-${index}`,
      version: '0.1.0',
      repositories: options.repositories ?? [repo],
      offer: () => ({ slots: options.slots ?? 1, tools: [], sandbox: 'bubblewrap' }),
      platform: 'test',
      wire: wireVersions,
      timing: { ...timing, announceMs: options.announceMs ?? timing.announceMs },
      liveness: livenessPresets.lan,
      load: () => 0,
      onFatal: (error) => fatal.push(error),
    },
  );
  return { peer: signer.peer, mesh, journal, work, fatal, coordinator };
}
