/**
 * Idle peers get an issue: how long until one of them is at it. It begins when the watcher has judged what its poll
 * showed, which is where it becomes work: the entry `task.seen` in its journal. `claim begun` is the intent of the
 * winner's claim in the journal of the peer that bids first, right before its push; `executor begins` when its attempt
 * starts, after the claim is pushed and the issue is read once more, assigned and commented on. What a poll waits for
 * is not in it: everybody is told to look.
 */
import { digest } from '../content.ts';
import type { Side, Subject } from '../subject.ts';
import {
  claimIn,
  cpuOf,
  type MeshAtWork,
  peakOf,
  startMeshAtWork,
  toldBy,
} from './mesh-at-work.ts';

const ours = 'bzzz, three idle peers';

export const idleToWorking: Subject = {
  name: 'idle-to-working',
  measures:
    'from an issue that was judged to the claim that is begun, and to the executor; CPU of three peers for a whole task',
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
  const { stage, peers } = mesh;
  return {
    name: ours,
    async prepare() {
      const all: Times[] = [];
      return {
        async work() {
          for (let count = 0; count < tasks; count += 1) {
            const number = await mesh.file('quick', 'oak');
            await Promise.all(peers.map(({ client }) => client.look({})));
            const times = await stage.until(`#${number} is worked on`, () => timesOf(mesh, number));
            all.push(times);
            await untilIdle(mesh, number);
          }
        },
        answer: async () => digest([`${all.length} tasks`]),
        operations: () => tasks,
        othersCpuMs: () => cpuOf(peers),
        figures: () => ({
          'peak MiB': peakOf(peers),
          'claim begun p50 ms': share(0.5, all, 'begunMs'),
          'claim begun p95 ms': share(0.95, all, 'begunMs'),
          'claim won p95 ms': share(0.95, all, 'wonMs'),
          'executor begins p95 ms': share(0.95, all, 'startedMs'),
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

/** Undefined: it has not come so far yet. */
async function timesOf({ forge, peers }: MeshAtWork, number: number): Promise<Times | undefined> {
  const task = `${forge.repo}#${number}`;
  const told = await toldBy(peers);
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

function share(part: number, all: readonly Times[], which: keyof Times): number {
  const sorted = all.map((times) => times[which]).toSorted((a, b) => a - b);
  return sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN;
}
