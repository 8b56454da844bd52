/**
 * Ten peers that know each other and have nothing to do, each a process. Beside them as many bare libp2p nodes,
 * and nodes of `@bzzz/mesh` with nothing above it, which shows what of ours is the mesh and what is the rest. libp2p
 * as it comes sees a peer that hangs after ten seconds, so it stands there a second time, with as many pings as ours.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { digest } from '../content.ts';
import type { Side, Subject } from '../subject.ts';
import { type IdleFleet, startIdleNodes, startIdlePeers } from './idle-fleets.ts';
import { memoryMib, sleepsOf } from './process-look.ts';

const PEERS = 10;
const oursName = 'bzzz up';
const meshName = '@bzzz/mesh';
const bareName = 'libp2p';
const watchfulName = 'libp2p, a ping each 500 ms';
const memoryFigure = 'RSS MiB / peer';

export const idle: Subject = {
  name: 'idle',
  measures: `a second of each of ${PEERS} connected peers that do nothing, as processes, preset lan`,
  beside:
    'libp2p with gossipsub and identify, its own pings as they come, every 10 s, or as often as ours; @bzzz/mesh with nothing above it',
  operation: 'second of a peer',
  equal: 'sides',
  countsChildren: false,
  goals: [
    { of: oursName, beside: bareName, what: 'CPU time', must: { atMost: 1.3 } },
    { of: oursName, beside: watchfulName, what: 'CPU time', must: { atMost: 1.3 } },
    { of: oursName, beside: bareName, what: memoryFigure, must: { atMost: 1.3 } },
  ],
  sizes: {
    // A minute each.
    full: { rounds: 3, warmUpRounds: 1, operations: 60 * PEERS },
    small: { rounds: 1, warmUpRounds: 0, operations: 4 },
  },
  async open(_, { operations }) {
    const count = Math.min(PEERS, operations / 2);
    await using open = new AsyncDisposableStack();
    const fleets = new Map<string, IdleFleet>();
    const keep = (name: string, fleet: IdleFleet): void => {
      open.defer(fleet.close);
      fleets.set(name, fleet);
    };
    const startNodes = async (): Promise<void> => {
      keep(meshName, await startIdleNodes('mesh', count));
      keep(watchfulName, await startIdleNodes('watchful', count));
      keep(bareName, await startIdleNodes('bare', count));
    };
    const startPeers = async (): Promise<void> => keep(oursName, await startIdlePeers(count));
    // Both wait more than they compute. What has started is closed also where the other did not.
    const ends = await Promise.allSettled([startPeers(), startNodes()]);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    const sides = [oursName, meshName, watchfulName, bareName].flatMap((name) => {
      const fleet = fleets.get(name);
      return fleet === undefined ? [] : side(name, fleet, operations / count);
    });
    const kept = open.move();
    return { sides, close: () => kept.disposeAsync() };
  },
};

function side(name: string, fleet: IdleFleet, seconds: number): Side {
  const peers = fleet.processes.length;
  const all = fleet.processes.flat();
  const sumOf = (figure: (pid: number) => number): number =>
    all.reduce((sum, pid) => sum + figure(pid), 0);
  return {
    name,
    processes: all,
    async prepare() {
      const sleeps = sumOf(sleepsOf);
      let slept = 0;
      return {
        async work() {
          await pause(1_000 * seconds);
          slept = sumOf(sleepsOf) - sleeps;
        },
        async answer() {
          const connections = await fleet.connections();
          if (connections.some((one) => one !== peers - 1)) throw new Error(`${name}: not a mesh`);
          return digest(connections.map(String));
        },
        operations: () => seconds * peers,
        worksElsewhere: true,
        figures: () => ({
          [memoryFigure]: sumOf((pid) => memoryMib(pid).rss) / peers,
          'PSS MiB / peer': sumOf((pid) => memoryMib(pid).pss) / peers,
          'wakes / s of a peer': slept / seconds / peers,
        }),
      };
    },
  };
}
