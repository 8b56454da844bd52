/**
 * The holder of a task is killed, until another has pushed a claim of the next epoch: real processes, and git over
 * HTTP. A peer that is confirmed dead by one that sees a majority loses its task at once; its lease need not run
 * out, so it is far away here (DESIGN.md 4.3). What that confirmation waits for, `suspicionMs` of the preset, is
 * detection; what comes after it is ours, and is to take no longer than five round trips to the forge and a push.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { tokenOf } from '../../e2e/harness/forge.ts';
import { account, fullMesh } from '../../e2e/harness/peer.ts';
import { git, tipOf } from '../../e2e/harness/repository.ts';
import { untilWaiting } from '../../e2e/harness/worlds.ts';
import { digest } from '../content.ts';
import { endedChildrenCpuMs } from '../cpu-time.ts';
import { largestProcess } from '../peak-memory.ts';
import type { Side, Subject } from '../subject.ts';
import { follow } from './following.ts';
import {
  type Claim,
  claimIn,
  cpuOf,
  type MeshAtWork,
  peakOf,
  startMeshAtWork,
  toldBy,
} from './mesh-at-work.ts';

const run = promisify(execFile);
const ours = 'bzzz, preset lan';
const bare = 'five round trips and a push';
const afterDetection = 'after detection ms';
const roundTrips = 5;

export const takeover: Subject = {
  name: 'takeover',
  measures:
    'from SIGKILL of a holder until the next epoch is pushed, three peers; CPU of the two that are left',
  beside:
    'five reads of the same forge one after another, and a git push of one commit, which is there already',
  operation: 'takeover',
  equal: 'rounds',
  // The holder is a child that ends, and its whole life would count.
  countsChildren: false,
  goals: [{ of: ours, beside: bare, what: afterDetection, must: { atMost: 1 } }],
  sizes: {
    full: { rounds: 7, warmUpRounds: 1, operations: 1 },
    small: { rounds: 1, warmUpRounds: 0, operations: 1 },
  },
  async open() {
    const mesh = await startMeshAtWork({ leaseMs: 3_600_000 });
    return { sides: [oursSide(mesh), bareSide(mesh)], close: mesh.close };
  },
};

function oursSide(mesh: MeshAtWork): Side {
  const { stage, peers } = mesh;
  return {
    name: ours,
    async prepare(round) {
      await fullMesh(stage, peers);
      const number = await mesh.file('gated', wordOf(round));
      const held: Claim = await firstClaimOf(mesh, number);
      await untilWaiting(stage, held.peer);
      const others = peers.filter((peer) => peer !== held.peer);
      const journals = await follow(others);
      const which = { task: taskOf(mesh, number), epoch: 2 };
      let taken: Claim | undefined;
      let sinceMs = 0;
      let further: Readonly<Record<string, number>> = {};
      return {
        async work() {
          sinceMs = Date.now();
          process.kill(-held.peer.process().pid, 'SIGKILL');
          taken = await journals.until('it is taken over', (told) => claimIn(told, which));
        },
        async answer() {
          await journals.stop();
          const { peer: taker, begunMs = 0, wonMs = 0 } = taken ?? {};
          const dead = journals.told.findLast(
            ({ peer, body, atMs }) =>
              peer === taker &&
              body.kind === 'member.dead' &&
              body.peer === held.peer.id() &&
              atMs <= begunMs,
          );
          if (dead === undefined) throw new Error('it was taken over from a peer that lived');
          further = {
            [largestProcess]: peakOf(others),
            'detected ms': dead.atMs - sinceMs,
            'claim begun after ms': begunMs - dead.atMs,
            'pushed after ms': wonMs - begunMs,
            [afterDetection]: wonMs - dead.atMs,
          };
          await letGo(mesh, number);
          await held.peer.restart();
          return digest(['epoch 2']);
        },
        operations: () => 1,
        worksElsewhere: true,
        othersCpuMs: () => cpuOf(others),
        figures: () => further,
      };
    },
  };
}

/** Nobody works on it any more, and all are idle: a person closed it. */
async function letGo({ stage, forge, peers }: MeshAtWork, number: number): Promise<void> {
  await forge.call('ada', 'PATCH', `issues/${number}`, { state: 'closed' });
  await stage.until('nobody works', async () => {
    const living = peers.filter((peer) => !peer.process().hasEnded());
    const all = await Promise.all(living.map(({ client }) => client.status()));
    return all.every(({ work }) => work.running === 0);
  });
}

/** Resolves when one of them has won it first, by its own journal. */
function firstClaimOf(mesh: MeshAtWork, number: number): Promise<Claim> {
  const which = { task: taskOf(mesh, number), epoch: 1 };
  return mesh.stage.until(`somebody holds #${number}`, async () =>
    claimIn(await toldBy(mesh.peers), which),
  );
}

function taskOf({ forge }: MeshAtWork, number: number): string {
  return `${forge.repo}#${number}`;
}

/** Against the same forge, as whoever does no more than that. */
function bareSide({ forge }: MeshAtWork): Side {
  return {
    name: bare,
    async prepare(round) {
      const branch = `bench-${round}`;
      const url = new URL(`${forge.url}/${forge.repo}.git`);
      url.username = account;
      url.password = tokenOf(account);
      const tip = await tipOf(forge.gitDir, 'main');
      if (tip === undefined) throw new Error('there is no main');
      return {
        async work() {
          for (let count = 0; count < roundTrips; count += 1) await forge.issue(1);
          const lease = `--force-with-lease=refs/heads/${branch}:`;
          const what = `${tip}:refs/heads/${branch}`;
          await run('git', ['-C', forge.gitDir, 'push', '--quiet', lease, url.href, what]);
        },
        async answer() {
          if ((await tipOf(forge.gitDir, branch)) !== tip) throw new Error('nothing was pushed');
          await git(forge.gitDir, 'update-ref', '-d', `refs/heads/${branch}`);
          return digest(['pushed']);
        },
        operations: () => 1,
        worksElsewhere: true,
        othersCpuMs: endedChildrenCpuMs,
        figures: ({ wallMs }) => ({ [afterDetection]: wallMs }),
      };
    },
  };
}

/** Letters alone, as its recipe wants. */
function wordOf(round: number): string {
  return `oak${String.fromCharCode(97 + (round % 26))}`;
}
