/**
 * The simulator: the production coordinator of ten peers in virtual time. It has nothing beside it
 * but itself, without faults and with those that the seed draws; every round is the same run, so
 * its trace must have the same hash.
 */
import { noFaults, replayCommand, type RunOptions, runSimulation } from '@bzzz/testkit';
import type { RunReport } from '@bzzz/testkit';
import type { Side, Size, Subject } from '../subject.ts';

const PEERS = 10;

export const sim: Subject = {
  name: 'sim',
  measures: `simulated runs of ${PEERS} peers; an operation is an event of the virtual world`,
  beside: 'the same run without faults',
  operation: 'event',
  equal: 'rounds',
  countsChildren: false,
  goals: [{ of: 'seeded faults', beside: null, what: 'x real time', must: { atLeast: 200 } }],
  sizes: {
    full: { rounds: 3, warmUpRounds: 1, operations: 20 },
    small: { rounds: 2, warmUpRounds: 0, operations: 1 },
  },
  async open(seed, size) {
    return {
      sides: [
        side('seeded faults', optionsOf(seed, size)),
        side('no faults', { ...optionsOf(seed, size), faults: noFaults }),
      ],
      close: async () => {},
    };
  },
};

/** The simulator's seeds are numbers: the words of ours, as one of 32 bits. */
function optionsOf(seed: string, size: Size): RunOptions {
  let number = 0;
  for (const character of seed) number = (31 * number + (character.codePointAt(0) ?? 0)) >>> 0;
  return { seed: number, peers: PEERS, tasks: size.operations };
}

function side(name: string, options: RunOptions): Side {
  return {
    name,
    async prepare() {
      let report: RunReport | undefined;
      const done = (): RunReport => {
        if (report === undefined) throw new Error('the run did not end');
        return report;
      };
      return {
        async work() {
          report = await runSimulation(options);
        },
        async answer() {
          const { violations, hash } = done();
          // Without a violation every task came to its end: the last check of a run says so.
          if (violations.length === 0) return hash;
          throw new Error(`an invariant is broken; replay: ${replayCommand(options)}`);
        },
        operations: () => done().events,
        figures: ({ wallMs, cpuMs }) => ({
          'tasks / CPU s': (1_000 * options.tasks) / cpuMs,
          'x real time': done().virtualMs / wallMs,
        }),
      };
    },
  };
}
