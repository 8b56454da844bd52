/**
 * Idle peers get an issue: how long until one of them is at it. It begins when the watcher has judged what its poll
 * showed, which is where it becomes work: the entry `task.seen` in its journal. `claim begun` is the intent of the
 * winner's claim in the journal of the peer that bids first, right before its push; `executor begins` when its attempt
 * starts, after the claim is pushed and the issue is read once more, assigned and commented on. What a poll waits for
 * is not in it: everybody is told to look. Journals are followed, since who asks again and again is served by the peers
 * that are timed. Between two tasks that is done, to learn that all are idle again: its CPU is not counted, its time is.
 */
import { digest } from '../content.ts';
import { cpuTimeMs } from '../cpu-time.ts';
import { largestProcess } from '../peak-memory.ts';
import { quantile } from '../spread.ts';
import type { Side, Subject } from '../subject.ts';
import { follow } from './following.ts';
import {
  claimIn,
  cpuOf,
  type MeshAtWork,
  peakOf,
  startMeshAtWork,
  type Told,
} from './mesh-at-work.ts';

const ours = 'bzzz, three idle peers';

export const idleToWorking: Subject = {
  name: 'idle-to-working',
  measures:
    'from an issue that was judged to the claim that is begun, and to the executor; CPU of three peers for a whole task until its holder calls it ended',
  beside: 'nothing',
  operation: 'task',
  equal: 'sides',
  countsChildren: false,
  goals: [
    { of: ours, beside: null, what: 'claim begun p95 ms', must: { atMost: 10 } },
    { of: ours, beside: null, what: 'executor begins p95 ms', must: { atMost: 10 } },
  ],
  sizes: {
    full: { rounds: 3, warmUpRounds: 1, operations: 20 },
    small: { rounds: 1, warmUpRounds: 0, operations: 1 },
  },
  async open(_seed, { operations }) {
    // As it comes, but for polls: each look is asked for.
    const mesh = await startMeshAtWork({ staggerMs: 400, pollMs: 600_000, leaseMs: 600_000 });
    return {
      sides: [side(mesh, operations)],
      close: mesh.close,
    };
  },
};

interface Times {
  readonly begunMs: number;
  readonly wonMs: number;
  readonly startedMs: number;
}

function side(mesh: MeshAtWork, tasks: number): Side {
  const { peers } = mesh;
  return {
    name: ours,
    async prepare() {
      const all: Times[] = [];
      const journals = await follow(peers);
      let restingMs = 0;
      return {
        async work() {
          for (let count = 0; count < tasks; count += 1) {
            const number = await mesh.file('quick', 'oak');
            await Promise.all(peers.map(({ client }) => client.look({})));
            const task = `${mesh.forge.repo}#${number}`;
            const worked = (told: readonly Told[]) => timesOf(told, task);
            all.push(await journals.until(`${task} is worked on`, worked));
            await journals.until(`${task} is over`, (told) => endOf(told, task));
            const overMs = cpuMs(mesh);
            await untilIdle(mesh, number);
            restingMs += cpuMs(mesh) - overMs;
          }
        },
        async answer() {
          await journals.stop();
          return digest([`${all.length} tasks`]);
        },
        operations: () => tasks,
        worksElsewhere: true,
        othersCpuMs: () => cpuOf(peers) - restingMs,
        figures: () => ({
          [largestProcess]: peakOf(peers),
          'claim begun p50 ms': shareOf(0.5, all, 'begunMs'),
          'claim begun p95 ms': shareOf(0.95, all, 'begunMs'),
          'claim won p95 ms': shareOf(0.95, all, 'wonMs'),
          'executor begins p95 ms': shareOf(0.95, all, 'startedMs'),
        }),
      };
    },
  };
}

/** The task is over for everybody, and everybody knows of everybody that he is free. */
async function untilIdle({ stage, peers }: MeshAtWork, number: number): Promise<void> {
  await stage.until('all are idle', async () => {
    const tasks = await Promise.all(peers.map(({ client }) => client.tasks()));
    const views = await Promise.all(peers.map(({ client }) => client.peers()));
    const isDone = tasks.every((answer) =>
      answer.tasks.some(({ task, state }) => task.endsWith(`#${number}`) && state === 'done'),
    );
    return isDone && views.every((view) => view.peers.every(({ running }) => running === 0));
  });
}

/** Of the peers and of this process, which asks them. */
function cpuMs({ peers }: MeshAtWork): number {
  return cpuTimeMs({ children: false, processes: [] }) + cpuOf(peers);
}

/** Undefined: it is under way. */
function endOf(told: readonly Told[], task: string): Told | undefined {
  return told.find(({ body }) => body.kind === 'task.ended' && body.task === task);
}

/** Undefined: it has not come so far yet. */
function timesOf(told: readonly Told[], task: string): Times | undefined {
  const of = (kind: string) =>
    told.filter(({ body }) => body.kind === kind && body.task === task).map(({ atMs }) => atMs);
  const seenMs = Math.min(...of('task.seen'));
  const claim = claimIn(told, { task, epoch: 1 });
  const [startedMs] = of('attempt.started');
  if (claim === undefined || startedMs === undefined) return undefined;
  return {
    begunMs: claim.begunMs - seenMs,
    wonMs: claim.wonMs - seenMs,
    startedMs: startedMs - seenMs,
  };
}

function shareOf(share: number, all: readonly Times[], which: keyof Times): number {
  return quantile(
    share,
    all.map((times) => times[which]),
  );
}
