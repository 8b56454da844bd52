/**
 * The simulator: the production coordinator of ten peers in virtual time. It has nothing beside it
 * but itself, without faults and with those that the seed draws; every round is the same run, so
 * its trace must have the same hash.
 */
import { noFaults, replayCommand, type RunOptions, runSimulation } from '@bzzz/testkit';
import type { RunReport } from '@bzzz/testkit';
import type { Side, Size, Subject } from '../subject.ts';

const PEERS = 10;
/** Each world draws how hostile it is, so that one alone says little. */
const WORLDS = 8;

export const sim: Subject = {
  name: 'sim',
  measures: `simulated runs of ${PEERS} peers; an operation is an event of the virtual world`,
  beside: 'the same run without faults',
  operation: 'event',
  equal: 'rounds',
  countsChildren: false,
  goals: [{ of: 'seeded faults', beside: null, what: 'x real time', must: { atLeast: 200 } }],
  sizes: {
    full: { rounds: 3, warmUpRounds: 1, operations: 20 * WORLDS },
    small: { rounds: 2, warmUpRounds: 0, operations: 1 },
  },
  async open(seed, size) {
    const worlds = worldsOf(seed, size);
    return {
      sides: [
        side('seeded faults', worlds),
        side(
          'no faults',
          worlds.map((one) => ({ ...one, faults: noFaults })),
        ),
      ],
      close: async () => {},
    };
  },
};

/** The simulator's seeds are numbers: the words of ours, as one of 32 bits, and those after it. */
function worldsOf(seed: string, { operations }: Size): RunOptions[] {
  let number = 0;
  for (const character of seed) number = (31 * number + (character.codePointAt(0) ?? 0)) >>> 0;
  const tasks = Math.ceil(operations / WORLDS);
  const count = Math.ceil(operations / tasks);
  return Array.from({ length: count }, (_, world) => ({
    seed: number + world,
    peers: PEERS,
    tasks,
  }));
}

function side(name: string, worlds: readonly RunOptions[]): Side {
  return {
    name,
    async prepare() {
      const reports: RunReport[] = [];
      const sumOf = (figure: 'events' | 'virtualMs') =>
        reports.reduce((sum, report) => sum + report[figure], 0);
      return {
        async work() {
          for (const options of worlds) reports.push(await runSimulation(options));
        },
        async answer() {
          // Without a violation every task came to its end: the last check of a run says so.
          const broken = worlds.find((_, at) => reports[at]?.violations.length !== 0);
          if (broken === undefined) return reports.map(({ hash }) => hash).join();
          throw new Error(`an invariant is broken; replay: ${replayCommand(broken)}`);
        },
        operations: () => sumOf('events'),
        figures: ({ wallMs, cpuMs }) => ({
          'tasks / CPU s': (1_000 * worlds.reduce((sum, { tasks }) => sum + tasks, 0)) / cpuMs,
          'x real time': sumOf('virtualMs') / wallMs,
        }),
      };
    },
  };
}
