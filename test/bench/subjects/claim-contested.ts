/**
 * Twenty that claim the same issue in the same moment, issue after issue: the worst that a contest
 * can come to, since peers wait by rank for each other. Every one has its own client and mirror. Beside it as many bare
 * pushes at once, with the commits in their repository already, and as many requests to etcd.
 */
import { digest } from '../content.ts';
import type { Side, Size, Subject } from '../subject.ts';
import { claimFigures, restFigure } from './claim.ts';
import { bareName, openRegistries, oursName, oursRepo, type Registry } from './claims.ts';
import { type Lock, lockOf } from './locks.ts';

const CONTENDERS = 20;

/** The claims of one issue. */
type Contest = readonly Lock[];

export const claimContested: Subject = {
  name: 'claim-contested',
  measures: `claims of ${CONTENDERS} at once for one issue, until each knows; CPU without the forge`,
  beside: 'as many git pushes at once, objects written before; etcd, CPU with its server',
  operation: 'claim, won or lost',
  equal: 'sides',
  countsChildren: true,
  goals: [
    { of: oursName, beside: bareName, what: 'wall time', must: { atMost: 1.2 } },
    { of: oursName, beside: null, what: restFigure, must: { atMost: 0 } },
  ],
  sizes: {
    full: { rounds: 5, warmUpRounds: 1, operations: 4 * CONTENDERS },
    // One issue, and few that want it.
    small: { rounds: 1, warmUpRounds: 0, operations: 3 },
  },
  async open(seed, { operations }, rivals) {
    const contenders = Math.min(CONTENDERS, operations);
    const { all, absent, close } = await openRegistries({ contenders, seed }, rivals);
    const contestsOf = (round: number) => contests(seed, round, { operations, contenders });
    return { sides: all.map((registry) => side(registry, contestsOf)), absent, close };
  },
};

function contests(
  seed: string,
  round: number,
  { operations, contenders }: Pick<Size, 'operations'> & { readonly contenders: number },
): Contest[] {
  const issues = operations / contenders;
  return Array.from({ length: issues }, (_, issue) =>
    Array.from({ length: contenders }, (__, contender) =>
      lockOf(seed, oursRepo, round * issues + issue, contender),
    ),
  );
}

function side(registry: Registry, contestsOf: (round: number) => readonly Contest[]): Side {
  return {
    name: registry.name,
    processes: registry.processes,
    async prepare(round) {
      const all = contestsOf(round);
      const won: Lock[] = [];
      const timesMs: number[] = [];
      await registry.prepare(all.flat());
      const before = registry.requests?.();
      const contest = async (lock: Lock, contender: number): Promise<void> => {
        const startMs = performance.now();
        const isOurs = await registry.claims[contender]?.(lock);
        timesMs.push(performance.now() - startMs);
        if (isOurs === true) won.push(lock);
      };
      return {
        async work() {
          for (const locks of all) await Promise.all(locks.map(contest));
        },
        async answer() {
          const standing = await registry.standing();
          const isRight = won.every(({ number, oid }) => standing.get(number) === oid);
          if (won.length !== all.length || !isRight) {
            throw new Error(`${registry.name}: not one winner an issue, whose claim stands`);
          }
          // Who won is chance; that one did is not.
          return digest(won.map(({ number }) => String(number)));
        },
        operations: () => timesMs.length,
        figures: () => claimFigures(timesMs, before, registry.requests?.()),
      };
    },
  };
}
