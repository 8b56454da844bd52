/** What `killed` and `hanging` share: one peer of a few gets a signal, and all others are to miss it. */
import { once } from 'node:events';
import { createPeerFleet, type Fleet, type FleetPeer, until } from '../../liveness/fleet.ts';
import { missedAtMs, settled } from '../../liveness/measure.ts';
import { digest, seededBytes } from '../content.ts';
import { cpuTimeOf } from '../cpu-time.ts';
import { largestProcess, peakMibOf } from '../peak-memory.ts';
import type { Round, Side, Subject } from '../subject.ts';
import { createSerfFleet } from './serf-fleet.ts';

const oursName = '@bzzz/coordination, local';
const serfName = 'serf, local';
const WAIT_MS = 60_000;
const deadRate = 'declared dead / s';
/** serf tells of no suspicion, so that what is asked of both is that they declare a peer dead. */
const meanings: Readonly<Record<string, string>> = {
  rate: 'known, which peers act on first: ours suspected by all, serf failed',
  [deadRate]: 'like for like: declared dead by all, serf failed',
};

interface Miss {
  readonly name: string;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  /** In a sentence: what happens to the peer. */
  readonly what: string;
  /** How many times as fast as serf. */
  readonly timesFaster: number;
}

/** Operations are the peers of a fleet: one of them is missed a round, and another takes its place. */
export function missingOne({ name, signal, what, timesFaster }: Miss): Subject {
  return {
    name,
    measures: `from the signal until all others of five processes suspect a peer that ${what}; CPU of those others`,
    beside: 'serf with its profile local: until all other agents tell that the member failed',
    operation: 'peer that is missed by each',
    equal: 'sides',
    countsChildren: false,
    goals: ['rate', deadRate].map((figure) => ({
      of: oursName,
      beside: serfName,
      what: figure,
      means: meanings[figure],
      must: { atLeast: timesFaster },
    })),
    sizes: {
      full: { rounds: 9, warmUpRounds: 1, operations: 5 },
      small: { rounds: 1, warmUpRounds: 0, operations: 3 },
    },
    async open(seed, { operations: peers }, rivals) {
      await using open = new AsyncDisposableStack();
      const side = async (sideName: string, fleet: Fleet): Promise<Side> => {
        open.defer(fleet.stop);
        return {
          name: sideName,
          async prepare(round) {
            while (fleet.peers.length < peers) await fleet.add();
            return prepare(fleet, signal, seededBytes(1, seed, round)[0] ?? 0);
          },
        };
      };
      const sides = [await side(oursName, createPeerFleet('local'))];
      const serf = await rivals.find('serf');
      if ('path' in serf) sides.push(await side(serfName, createSerfFleet(serf.path)));
      const kept = open.move();
      return {
        sides,
        absent: 'path' in serf ? [] : [{ side: serfName, why: serf.missing }],
        close: () => kept.disposeAsync(),
      };
    },
  };
}

/** Of a mesh at rest. `choice` says which peer it is. */
async function prepare(fleet: Fleet, signal: Miss['signal'], choice: number): Promise<Round> {
  await settled(fleet);
  const index = choice % fleet.peers.length;
  const victim = fleet.peers[index];
  if (victim === undefined) throw new Error('there is no peer');
  const others = fleet.peers.filter((peer) => peer !== victim);
  const otherIds = others.flatMap(({ child }) => child.pid ?? []);
  const closed = once(victim.child, 'close').then(() => Date.now());
  let sinceMs = 0;
  let further: Readonly<Record<string, number>> = {};
  const saidOf = ({ verdicts }: FleetPeer) => verdicts.filter(({ atMs }) => atMs >= sinceMs);
  const deadAtMs = (other: FleetPeer) =>
    saidOf(other).find(({ kind, peer }) => kind === 'member.dead' && peer === victim.peer)?.atMs;

  return {
    async work() {
      sinceMs = Date.now();
      victim.child.kill(signal);
      await allMiss(fleet, others, victim, sinceMs);
    },
    async answer() {
      // One that hangs goes on hanging until then: its end would tell the others something.
      await until('all declare it dead', () => others.every((one) => deadAtMs(one) !== undefined));
      const deadMs = others.map((one) => (deadAtMs(one) ?? Number.NaN) - sinceMs);
      const allDeadMs = Math.max(...deadMs);
      victim.child.kill('SIGKILL');
      const closedMs = (await closed) - sinceMs;
      const wrongly = others.flatMap(saidOf).filter(({ peer }) => peer !== victim.peer);
      further = {
        [largestProcess]: peakMibOf(otherIds),
        'declared dead ms': allDeadMs,
        [deadRate]: 1_000 / allDeadMs,
        'suspected wrongly': wrongly.length,
        ...(signal === 'SIGKILL' ? { 'closed by the kernel ms': closedMs } : {}),
      };
      fleet.remove(victim);
      return digest([`${index} was missed by ${others.length}`]);
    },
    operations: () => 1,
    worksElsewhere: true,
    othersCpuMs: () => cpuTimeOf(otherIds),
    figures: () => further,
  };
}

/** Resolves when the last of them has said so. */
async function allMiss(
  fleet: Fleet,
  others: readonly FleetPeer[],
  victim: FleetPeer,
  sinceMs: number,
): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not missed in ${WAIT_MS} ms`)), WAIT_MS);
  try {
    while (others.some((other) => missedAtMs(other, victim, sinceMs) === undefined)) {
      await Promise.race([fleet.said(), late.promise]);
    }
  } finally {
    clearTimeout(timer);
  }
}
