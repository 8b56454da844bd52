/**
 * Claims that nobody contends: the push of a lock commit to a branch that is not there yet, one
 * after another. Beside it the bare `git push` of the very same commit, with the same lease and with
 * the commit in its repository already, to a repository of its own on the same embedded forge; and
 * etcd, which puts the same bytes under a key that is not there yet.
 */
import { digest } from '../content.ts';
import { quantile } from '../spread.ts';
import type { Side, Subject } from '../subject.ts';
import { bareName, openRegistries, oursName, oursRepo, type Registry } from './claims.ts';
import { type Lock, lockOf } from './locks.ts';

export const restFigure = 'REST / claim';

export const claim: Subject = {
  name: 'claim',
  measures: 'uncontended claims through push of @bzzz/github; CPU without the forge',
  beside:
    'git push of the same commit, spawned, object written before; etcd, create if absent by HTTP, CPU with its server',
  operation: 'claim',
  equal: 'sides',
  countsChildren: true,
  goals: [
    { of: oursName, beside: bareName, what: 'wall time', must: { atMost: 1.2 } },
    { of: oursName, beside: null, what: restFigure, must: { atMost: 0 } },
  ],
  sizes: {
    full: { rounds: 7, warmUpRounds: 1, operations: 20 },
    small: { rounds: 1, warmUpRounds: 0, operations: 1 },
  },
  async open(seed, { operations }, rivals) {
    const { all, absent, close } = await openRegistries({ contenders: 1, seed }, rivals);
    const locksOf = (round: number) =>
      Array.from({ length: operations }, (_, index) =>
        lockOf(seed, oursRepo, round * operations + index),
      );
    return { sides: all.map((registry) => side(registry, locksOf)), absent, close };
  },
};

function side(registry: Registry, locksOf: (round: number) => readonly Lock[]): Side {
  const [claimOne] = registry.claims;
  if (claimOne === undefined) throw new Error('nobody claims');
  return {
    name: registry.name,
    processes: registry.processes,
    async prepare(round) {
      const locks = locksOf(round);
      const timesMs: number[] = [];
      await registry.prepare(locks);
      const before = registry.requests?.();
      return {
        async work() {
          for (const lock of locks) {
            const startMs = performance.now();
            if (!(await claimOne(lock))) throw new Error(`#${lock.number} is not ours`);
            timesMs.push(performance.now() - startMs);
          }
        },
        async answer() {
          const standing = await registry.standing();
          const lines = locks.map(({ number }) => `${number} ${standing.get(number)}`);
          const wanted = locks.map(({ number, oid }) => `${number} ${oid}`);
          if (lines.join() !== wanted.join()) throw new Error(`${registry.name}: wrong claims`);
          return digest(lines);
        },
        operations: () => locks.length,
        figures: () => claimFigures(timesMs, before, registry.requests?.()),
      };
    },
  };
}

type Requests = ReturnType<NonNullable<Registry['requests']>> | undefined;

export function claimFigures(
  timesMs: readonly number[],
  before: Requests,
  after: Requests,
): Record<string, number> {
  const times = { 'p50 ms': quantile(0.5, timesMs), 'p99 ms': quantile(0.99, timesMs) };
  if (before === undefined || after === undefined) return times;
  const perClaim = (count: number) => count / timesMs.length;
  return {
    ...times,
    [restFigure]: perClaim(after.rest - before.rest),
    'git exchanges / claim': perClaim(after.git - before.git),
  };
}
