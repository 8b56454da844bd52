/** Faults after which a peer has to be started again, so as it was started before. */
import { setTimeout as pause } from 'node:timers/promises';
import { layoutOf, ownerOf } from '@bzzz/peer';
import { BzzzError } from '@bzzz/protocol';
import { join } from 'node:path';
import { forgetLeftover, noteLeftover, withoutSecrets } from '../leftovers.ts';
import {
  lives,
  mapsOf,
  processOf,
  type ProcessId,
  serviceOf,
  signalProcess,
  type Start,
  startOf,
} from '../process.ts';
import type { Target } from '../targets.ts';
import { endProcess, startAndWait, undo } from '../undo.ts';
import { skewLibrary, withSkew } from './clock.ts';
import type { Fault } from './fault.ts';
import { names } from './pause.ts';

const lookEveryMs = 50;

interface Known {
  readonly target: Target;
  readonly start: Start;
  /** Of systemd, which starts it again by itself. */
  readonly service: string | undefined;
}

/** SIGKILL, and after a while the same command again; what runs as a service is started again by systemd alone. */
export async function killFault(on: readonly Target[], others: readonly Target[]): Promise<Fault> {
  const known = await Promise.all(on.map(lookAt));
  const gone: Target[] = [];
  return {
    about: `kill ${names(on)}`,
    on,
    async begin() {
      for (const { target, start, service } of known) {
        const { dataDir, process } = target;
        if (service === undefined) {
          await noteLeftover(dataDir, { fault: 'kill', process, ...withoutSecrets(start) });
        }
        await signalProcess(process, 'SIGKILL');
        while (await lives(process)) await pause(lookEveryMs);
        gone.push(target);
      }
    },
    effect: async () => (gone.length === on.length ? `${names(gone)} died at once` : null),
    async heal() {
      for (const { target, start, service } of known) {
        if (service !== undefined || !gone.includes(target)) {
          await forgetLeftover(target.dataDir);
          continue;
        }
        const { dataDir, process } = target;
        const left = { fault: 'kill' as const, process, ...withoutSecrets(start) };
        await undo(dataDir, left, { start, neighbour: neighbourOf(others, target) });
      }
    },
  };
}

/** The peer is asked to stop, and runs for a while by a clock that is so many seconds ahead, or behind. */
export async function skewFault(
  on: readonly Target[],
  others: readonly Target[],
  seconds: number,
): Promise<Fault> {
  const library = skewLibrary();
  if (library === undefined) {
    const reason =
      'a clock that is wrong for one process needs libfaketime (of Debian: apt install libfaketime)';
    throw new BzzzError('drill_means_missing', reason);
  }
  const known = await Promise.all(on.map(lookAt));
  for (const { target, service } of known) {
    if (service === undefined) continue;
    const reason = `${target.name} is started by ${service}, which knows no such clock: set LD_PRELOAD=${library} and FAKETIME=${seconds} in a drop-in of it`;
    throw new BzzzError('drill_means_missing', reason);
  }
  const wrong = new Map<Target, ProcessId>();
  const begun = new Set<Target>();
  return {
    about: `skew ${names(on)} by ${seconds} s`,
    on,
    async begin() {
      for (const { target, start } of known) {
        const { dataDir, process } = target;
        const left = { fault: 'skew' as const, ...withoutSecrets(start) };
        await noteLeftover(dataDir, { ...left, process });
        begun.add(target);
        await endProcess(process);
        const env = withSkew(start.env, library, seconds);
        const id = await startAndWait(dataDir, { ...start, env }, neighbourOf(others, target));
        wrong.set(target, id);
        await noteLeftover(dataDir, { ...left, process: id });
      }
    },
    async effect() {
      const maps = await Promise.all([...wrong.values()].map(mapsOf));
      const loaded = wrong.size === on.length && maps.every((map) => map.includes('libfaketime'));
      return loaded
        ? `${names(on)} ran by a clock ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`
        : null;
    },
    async heal() {
      for (const { target, start } of known) {
        if (!begun.has(target)) continue;
        const { dataDir } = target;
        const process = wrong.get(target) ?? (await runningNow(target)) ?? target.process;
        const left = { fault: 'skew' as const, process, ...withoutSecrets(start) };
        await undo(dataDir, left, { start, neighbour: neighbourOf(others, target) });
        begun.delete(target);
      }
    },
  };
}

/** Throws `drill_means_missing` of a peer that takes the whole mesh with it. */
async function lookAt(target: Target): Promise<Known> {
  const { dataDir, process, name } = target;
  if ((await ownerOf(join(dataDir, 'forge', 'forge.lock'))) !== null) {
    const reason = `${name} runs the embedded forge of its mesh, which is another one after a restart`;
    throw new BzzzError('drill_means_missing', reason);
  }
  const start = await startOf(process, join(layoutOf(dataDir).root, 'drill-up.log'));
  return { target, start, service: await serviceOf(process) };
}

/** Somebody whose network it shares, whose own process is gone. */
function neighbourOf(others: readonly Target[], { process: { pid } }: Target): number | undefined {
  return others.find((one) => one.process.pid !== pid)?.process.pid;
}

/** Where the begin broke off between the end of one process and the answer of the next. */
async function runningNow({ dataDir }: Target): Promise<ProcessId | undefined> {
  const owner = await ownerOf(layoutOf(dataDir).lock);
  return owner === null ? undefined : processOf(owner.pid);
}
