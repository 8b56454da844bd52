/**
 * Whole coordinators of production in this process, over real meshes that are connected with each other, at an embedded
 * forge in a process of its own. What is not real is the work: workspaces are in memory, and an executor is stuck at
 * once. They stand in a ring, and each sees its two neighbours alone, since among peers that all know each other everybody is
 * asked by whoever is stuck. Who is asked by the last hop helps at once; all others have nothing to say.
 */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Collected,
  createCoordinator,
  type Executor,
  type Mesh,
  type RecipeJob,
  type Workspace,
  type Workspaces,
} from '@bzzz/coordination';
import { createGithubForge, tokenFromValue } from '@bzzz/github';
import type { createSigner, MeshService } from '@bzzz/mesh';
import {
  type EntryBody,
  hopsMax,
  type JournalEntry,
  livenessPresets,
  Oid,
  type PeerId,
  RepoName,
  Timing,
  wireVersions,
} from '@bzzz/protocol';
import { type ForgeProcess, startForge, tokenOf } from '../../e2e/harness/forge.ts';
import { account } from '../../e2e/harness/peer.ts';
import { createStage, type Stage } from '../../e2e/harness/stage.ts';
import { bodyOf, gatedWorld, maintainer } from '../../e2e/harness/worlds.ts';
import { clock, journalOver, random } from '../../lib/ports.ts';
import { startMeshes } from './mesh-group.ts';

/** From the request of whoever is stuck until he knows that one has helped, and nobody is at it any more. */
export interface Tree {
  readonly ms: number;
  readonly helped: boolean;
  /** The most hops by which anybody was asked. */
  readonly depth: number;
}

export interface HelpPeers {
  readonly meshes: readonly MeshService[];
  /** Files an issue, whose holder is stuck. */
  grow(): Promise<Tree>;
  close(): Promise<void>;
}

type Note = (peer: PeerId, body: EntryBody) => void;

export async function startHelpPeers(count: number): Promise<HelpPeers> {
  const stage = await createStage();
  try {
    const forge = await startForge(
      stage,
      await gatedWorld(stage, [], { verdicts: 0, help: { peersMax: 16 } }),
    );
    const watch = watchTrees();
    const { all, signers, close } = await startMeshes(count, () => undefined);
    stage.defer(close);
    for (const [index, mesh] of all.entries()) {
      const signer = signers[index];
      if (signer === undefined) throw new Error('a mesh without a signer');
      const neighbours = [index + 1, index + count - 1].flatMap(
        (at) => all[at % count]?.peer ?? [],
      );
      const seen = seenOnly(mesh, neighbours);
      const name = `p${index}`;
      await startPeer(stage, forge, { name, mesh: seen, signer, watch });
    }
    let filed = 0;
    return {
      meshes: all,
      async grow() {
        filed += 1;
        const ended = watch.next();
        const word = `w${'x'.repeat(filed % 16)}`;
        const issue = { title: `Write ${word}`, body: bodyOf('quick', word), labels: ['bzzz'] };
        await forge.call(maintainer, 'POST', 'issues', issue);
        return await ended;
      },
      close: stage.close,
    };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

async function startPeer(
  stage: Stage,
  forge: ForgeProcess,
  {
    name,
    mesh,
    signer,
    watch,
  }: {
    readonly name: string;
    readonly mesh: Mesh;
    readonly signer: ReturnType<typeof createSigner>;
    readonly watch: Watch;
  },
): Promise<void> {
  const dataDir = join(stage.dir, 'peers', name);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const github = createGithubForge(
    { token: tokenFromValue(tokenOf(account)) },
    { apiUrl: forge.url, gitUrl: forge.url, dataDir },
  );
  stage.defer(() => github.close());
  const entries: JournalEntry[] = [];
  const memory = journalOver(entries);
  let hop = 0;
  const journal: typeof memory = {
    ...memory,
    async append(entry) {
      const { body } = entry;
      if (body.kind === 'help.taken') hop = body.hop;
      const seq = await memory.append(entry);
      watch.note(mesh.peer, body);
      return seq;
    },
  };
  const coordinator = createCoordinator(
    {
      clock,
      random,
      signer,
      mesh,
      journal,
      replicas: () => [],
      witness: async () => null,
      forge: github,
      workspaces: memoryWorkspaces,
      executors: { recipe: stuckExecutor(() => hop === hopsMax, watch.isWanted) },
    },
    {
      name,
      version: '0.0.0',
      repositories: [RepoName.parse(forge.repo)],
      offer: () => ({ slots: 1, tools: ['sh'], sandbox: 'bubblewrap' }),
      platform: 'test',
      wire: wireVersions,
      timing: Timing.parse({ pollMs: 500, lagMs: 500, backoffMs: 100, staggerMs: 100 }),
      liveness: livenessPresets.lan,
      load: () => 0,
      onFatal(error) {
        throw error;
      },
    },
  );
  stage.defer(() => coordinator.stop());
  await coordinator.start();
}

/** Of all that there is, only what these do and say. */
function seenOnly(mesh: MeshService, neighbours: readonly PeerId[]): Mesh {
  const isSeen = (peer: PeerId): boolean => neighbours.includes(peer);
  return {
    ...mesh,
    peer: mesh.peer,
    connected: () => mesh.connected().filter(isSeen),
    onConnection: (listener) =>
      mesh.onConnection((event) => {
        if (isSeen(event.peer)) listener(event);
      }),
    subscribe: (topic, listener) =>
      mesh.subscribe(topic, (from, message) => {
        if (isSeen(from)) listener(from, message);
      }),
  };
}

type Watch = ReturnType<typeof watchTrees>;

/** Of one tree at a time. */
function watchTrees() {
  let isWanted = false;
  let waiting: PromiseWithResolvers<Tree> | undefined;
  let startMs = 0;
  let depth = 0;
  let asker: PeerId | undefined;
  const note: Note = (peer, body) => {
    if (body.kind === 'help.asked') {
      startMs = performance.now();
      depth = 0;
      asker = peer;
    }
    if (body.kind === 'help.taken') depth = Math.max(depth, body.hop);
    if (body.kind !== 'help.ended' || peer !== asker) return;
    waiting?.resolve({ ms: performance.now() - startMs, helped: body.outcome === 'helped', depth });
    waiting = undefined;
  };
  return {
    note,
    /** Once for each tree: whoever tries an issue again asks nobody. */
    isWanted(): boolean {
      const was = isWanted;
      isWanted = false;
      return was;
    },
    next(): Promise<Tree> {
      isWanted = true;
      waiting = Promise.withResolvers<Tree>();
      return waiting.promise;
    },
  };
}

/** Asks at once where it may, and then has done nothing more; who is asked helps, or does not. */
function stuckExecutor(isAble: () => boolean, isWanted: () => boolean): Executor<RecipeJob> {
  return {
    async run({ help }, options) {
      if (help === undefined) {
        return { succeeded: isAble(), reason: 'as the benchmark has it', commands: [] };
      }
      if (isWanted()) await help('how?', options);
      return { succeeded: false, reason: 'the tree is what is measured', commands: [] };
    },
  };
}

/** Another commit each time: whoever helps has changed something. */
function changed(result = Oid.parse(randomBytes(20).toString('hex'))): Collected {
  const file = { path: 'a.txt', status: 'added', mode: '100644', bytes: 1, lines: 1 } as const;
  return { result, commits: [{ oid: result, files: [file], secrets: [] }] };
}

const workspace: Workspace = {
  path: 'in memory',
  collect: async () => changed(),
  apply: async () => undefined,
  agentsChanged: async () => null,
  dispose: async () => undefined,
};
const memoryWorkspaces: Workspaces = {
  create: async () => workspace,
  accept: async () => ({ passed: true, commands: [], judgeFilesChanged: [] }),
  inspect: async ({ result }) => changed(result),
  diff: async () => 'a patch',
  sweep: async () => undefined,
};
