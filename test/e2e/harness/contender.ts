/**
 * A contender for tasks: the production coordinator over the real GitHub adapter, workspaces and
 * sandbox, on a mesh that carries nothing, so that it believes to be alone and never stands down
 * for anybody. Its journal is in memory, since twenty stores on disk would measure the disk.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Coordinator, createCoordinator } from '@bzzz/coordination';
import { createRecipeExecutor, createRunner, createWorkspaces } from '@bzzz/execution';
import { createGithubForge, tokenFromValue } from '@bzzz/github';
import { createIdentity, createSigner } from '@bzzz/mesh';
import {
  type BzzzError,
  type EntryBody,
  type JournalEntry,
  livenessPresets,
  type PeerId,
  RepoName,
  Timing,
  wireVersions,
} from '@bzzz/protocol';
import { deafMesh } from '../../lib/deaf-mesh.ts';
import { clock, journalOver, random } from '../../lib/ports.ts';
import { type ForgeProcess, tokenOf } from './forge.ts';
import { account } from './peer.ts';
import type { Stage } from './stage.ts';

export interface Contender {
  readonly peer: PeerId;
  readonly coordinator: Coordinator;
  journal(): readonly EntryBody[];
}

/** Started, and stopped with the stage. */
export async function startContender(
  stage: Stage,
  forge: ForgeProcess,
  name: string,
): Promise<Contender> {
  const identity = await createIdentity();
  const dataDir = join(stage.dir, 'contenders', name);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const github = createGithubForge(
    { token: tokenFromValue(tokenOf(account)) },
    { apiUrl: forge.url, gitUrl: forge.url, dataDir },
  );
  stage.defer(() => github.close());
  const runner = createRunner({ sandbox: 'required' });
  const entries: JournalEntry[] = [];
  const failures: BzzzError[] = [];
  const repo = RepoName.parse(forge.repo);
  const coordinator = createCoordinator(
    {
      clock,
      random,
      signer: createSigner(identity),
      mesh: deafMesh(identity.peer),
      journal: journalOver(entries),
      replicas: () => [],
      witness: async () => null,
      forge: github,
      workspaces: createWorkspaces({ runner }, { dir: join(dataDir, 'worktrees') }),
      executors: { recipe: createRecipeExecutor({ runner }) },
    },
    {
      name,
      version: '0.0.0',
      repositories: [repo],
      offer: () => ({ slots: 1, tools: ['sh'], sandbox: 'bubblewrap' }),
      platform: 'test',
      wire: wireVersions,
      timing: Timing.parse({ leaseMs: 60_000, pollMs: 5_000, lagMs: 500, backoffMs: 200 }),
      liveness: livenessPresets.local,
      load: () => 0,
      onFatal: (error) => failures.push(error),
    },
  );
  stage.defer(async () => {
    await coordinator.stop();
    if (failures.length > 0) throw new AggregateError(failures, `${name} could not go on`);
  });
  await coordinator.start();
  return { peer: identity.peer, coordinator, journal: () => entries.map(({ body }) => body) };
}
