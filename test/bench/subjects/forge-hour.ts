/**
 * What a forge is asked in an hour by peers that have nothing to do: whole coordinators of production with its timing,
 * in virtual time (simulated are the forge, the network, disks and clocks). Beside them peers that each poll for
 * themselves, as often as one of ours does.
 */
import { idle, idleNaively, type IdleReport, type Idling } from '@bzzz/testkit';
import { Timing } from '@bzzz/protocol';
import type { Side, Subject } from '../subject.ts';

const figure = 'requests / hour';
/** A hundred peers take minutes for that. */
const FULL_MINUTES = 20;
const counts = [1, 10, 100];
const nameOf = (peers: number): string => `${peers} idle`;
const naiveOf = (peers: number): string => `${peers} polling each`;

export const forgeHour: Subject = {
  name: 'forge-hour',
  measures: 'simulated minutes of idle peers, and what they ask of the forge in an hour',
  beside: 'peers that know nothing of each other and poll the issues each for itself',
  operation: 'minute of virtual time',
  equal: 'rounds',
  countsChildren: false,
  goals: counts.slice(1).map((peers) => ({
    of: nameOf(peers),
    beside: nameOf(1),
    what: figure,
    must: { atMost: 2 },
  })),
  sizes: {
    full: { rounds: 2, warmUpRounds: 0, operations: FULL_MINUTES },
    small: { rounds: 1, warmUpRounds: 0, operations: 2 },
  },
  async open(seed, { operations }) {
    const sideOf = (name: string, peers: number, run: (options: Idling) => Promise<IdleReport>) =>
      side(name, operations, () =>
        run({
          seed: `${seed}/${peers}`,
          peers,
          timing: Timing.parse({}),
          settleMs: Math.min(operations, 5) * 60_000,
          idleMs: operations * 60_000,
        }),
      );
    const [few, many] =
      operations < FULL_MINUTES ? [counts.slice(0, -1), counts.slice(-1)] : [counts, []];
    return {
      sides: [
        ...few.map((peers) => sideOf(nameOf(peers), peers, idle)),
        ...few.slice(1).map((peers) => sideOf(naiveOf(peers), peers, idleNaively)),
      ],
      absent: many
        .flatMap((peers) => [nameOf(peers), naiveOf(peers)])
        .map((name) => ({ side: name, why: 'it runs only in the full size' })),
      close: async () => {},
    };
  },
};

function side(name: string, minutes: number, run: () => Promise<IdleReport>): Side {
  return {
    name,
    async prepare() {
      let report: IdleReport = { requests: Number.NaN, hash: '' };
      return {
        async work() {
          report = await run();
        },
        // The same seed is the same run, to the last event.
        answer: async () => report.hash,
        operations: () => minutes,
        figures: () => ({ [figure]: (60 * report.requests) / minutes }),
      };
    },
  };
}
