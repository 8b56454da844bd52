/** Faults after which a peer has to be started again, so as it was started before. */
import { layoutOf, ownerOf } from '@bzzz/peer';
import { BzzzError } from '@bzzz/protocol';
import { join } from 'node:path';
import { endsWithin, mapsOf, type ProcessId, signalProcess } from '../process.ts';
import { withoutSecrets } from '../secrets.ts';
import { serviceOf } from '../service.ts';
import { refuseGone, type Start, startAgain, startOf } from '../start.ts';
import { names, type Target } from '../targets.ts';
import { endProcess, untilUp } from '../undo.ts';
import { createUndoList } from '../undo-list.ts';
import { isSkewed, skewLibrary, withSkew } from './clock.ts';
import type { Fault } from './fault.ts';

const dieMsMax = 10_000;

interface Known {
  readonly target: Target;
  readonly start: Start;
  /** Of systemd, which starts it again by itself. */
  readonly service: string | undefined;
}

/** SIGKILL, and after a while the same command again; what runs as a service is started again by systemd alone. */
export async function killFault(on: readonly Target[]): Promise<Fault> {
  const known = await Promise.all(on.map(lookAt));
  const undoing = createUndoList();
  const gone: Target[] = [];
  return {
    about: `kill ${names(on)}`,
    on,
    async begin() {
      for (const { target, start, service } of known) {
        const { dataDir, process, name } = target;
        const left = { fault: 'kill' as const, process, ...withoutSecrets(start) };
        if (service === undefined) await undoing.note({ dataDir, left, start });
        if (!(await signalProcess(process, 'SIGKILL'))) {
          await undoing.strike(dataDir);
          throw new BzzzError('peer_not_running', `${name} has ended by itself`);
        }
        if (!(await endsWithin(process, dieMsMax)))
          throw new BzzzError('drill_broke_off', `${name} does not die; does it wait for a disk?`);
        gone.push(target);
      }
    },
    effect: async () => (gone.length === on.length ? `${names(gone)} died at once` : null),
    heal: undoing.undo,
  };
}

/** The peer is asked to stop, and runs for a while by a clock that is so many seconds ahead, or behind. */
export async function skewFault(on: readonly Target[], seconds: number): Promise<Fault> {
  const library = skewLibrary();
  if (library === undefined) {
    const reason =
      'a clock that is wrong for one process needs libfaketime (of Debian: apt install libfaketime)';
    throw new BzzzError('drill_means_missing', reason);
  }
  const known = await Promise.all(on.map(lookAt));
  for (const one of known) refuseClock(one, `LD_PRELOAD=${library} and FAKETIME=${seconds}`);
  const undoing = createUndoList();
  const wrong: ProcessId[] = [];
  return {
    about: `skew ${names(on)} by ${seconds} s`,
    on,
    async begin() {
      for (const { target, start } of known) {
        const { dataDir, process } = target;
        const left = { fault: 'skew' as const, ...withoutSecrets(start) };
        await undoing.note({ dataDir, left: { ...left, process }, start });
        await endProcess(process);
        const id = await startAgain({ ...start, env: withSkew(start.env, library, seconds) });
        // Before it holds its lock nothing else tells of it.
        await undoing.note({ dataDir, left: { ...left, process: id }, start });
        await untilUp(dataDir, id, start.output);
        wrong.push(id);
      }
    },
    async effect() {
      const maps = await Promise.all(wrong.map(mapsOf));
      const loaded = wrong.length === on.length && maps.every((map) => map.includes('libfaketime'));
      return loaded
        ? `${names(on)} ran by a clock ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`
        : null;
    },
    heal: undoing.undo,
  };
}

/**
 * Throws `drill_means_missing` of a peer that takes the whole mesh with it, or cannot be started again, and
 * `drill_peer_elsewhere` of one of another user: started by us it would be ours.
 */
async function lookAt(target: Target): Promise<Known> {
  const { dataDir, process: id, name } = target;
  if (id.uid !== process.geteuid?.()) {
    const reason = `${name} runs as user ${id.uid}, and would be started again as ${process.geteuid?.() ?? 'another'}`;
    throw new BzzzError('drill_peer_elsewhere', reason);
  }
  if ((await ownerOf(join(dataDir, 'forge', 'forge.lock'))) !== null) {
    const reason = `${name} runs the embedded forge of its mesh, which is another one after a restart`;
    throw new BzzzError('drill_means_missing', reason);
  }
  const start = await startOf(id, join(layoutOf(dataDir).root, 'drill-up.log'));
  await refuseGone(name, start);
  return { target, start, service: await serviceOf(id) };
}

function refuseClock({ target: { name }, start, service }: Known, means: string): void {
  if (service !== undefined) {
    const reason = `${name} is started by ${service}, which knows no such clock: set ${means} in a drop-in of it`;
    throw new BzzzError('drill_means_missing', reason);
  }
  if (!isSkewed(start.env)) return;
  throw new BzzzError('drill_means_missing', `${name} has a clock of its own, FAKETIME, already`);
}
