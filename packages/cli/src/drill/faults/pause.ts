/** The process stands still, as on a machine that sleeps: its connections stay, and nothing comes over them. */
import { setTimeout as pause } from 'node:timers/promises';
import { BzzzError } from '@bzzz/protocol';
import { noteLeftover } from '../leftovers.ts';
import { signalProcess, stateOf } from '../process.ts';
import type { Target } from '../targets.ts';
import { undo } from '../undo.ts';
import type { Fault } from './fault.ts';

const lookEveryMs = 20;

export function pauseFault(on: readonly Target[]): Fault {
  const left = (target: Target) => ({ fault: 'pause' as const, process: target.process });
  return {
    about: `pause ${on.map(({ name }) => name).join(', ')}`,
    on,
    async begin() {
      for (const target of on) {
        await noteLeftover(target.dataDir, left(target));
        if (!(await signalProcess(target.process, 'SIGSTOP'))) {
          throw new BzzzError('peer_not_running', `${target.name} has ended by itself`);
        }
        // Another thread of it may still be on its way.
        while ((await stateOf(target.process))?.match(/[Tt]/) === null) await pause(lookEveryMs);
      }
    },
    async effect() {
      const states = await Promise.all(on.map(({ process }) => stateOf(process)));
      const still = on.filter((_, at) => states[at] === 'T');
      return still.length < on.length ? null : `${names(still)} stood still`;
    },
    async heal() {
      for (const target of on) await undo(target.dataDir, left(target));
    },
  };
}

export function names(peers: readonly Target[]): string {
  return peers.map(({ name }) => name).join(', ');
}
