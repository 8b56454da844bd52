/** The process stands still, as on a machine that sleeps: its connections stay, and nothing comes over them. */
import { setTimeout as pause } from 'node:timers/promises';
import { BzzzError } from '@bzzz/protocol';
import { type ProcessId, signalProcess, stateOf } from '../process.ts';
import { names, type Target } from '../targets.ts';
import { createUndoList } from '../undo-list.ts';
import type { Fault } from './fault.ts';

const lookEveryMs = 20;
/** One that waits for a disk stands still only when that has answered. */
const standMsMax = 10_000;

export function pauseFault(on: readonly Target[]): Fault {
  const undoing = createUndoList();
  return {
    about: `pause ${names(on)}`,
    on,
    async begin() {
      for (const { dataDir, process, name } of on) {
        await undoing.note({ dataDir, left: { fault: 'pause', process } });
        if (!(await signalProcess(process, 'SIGSTOP'))) {
          throw new BzzzError('peer_not_running', `${name} has ended by itself`);
        }
        await untilStill(process, name);
      }
    },
    async effect() {
      const states = await Promise.all(on.map(({ process }) => stateOf(process)));
      return states.every((state) => state === 'T') ? `${names(on)} stood still` : null;
    },
    heal: undoing.undo,
  };
}

/** Another thread of it may still be on its way. */
async function untilStill(process: ProcessId, name: string): Promise<void> {
  const deadlineMs = performance.now() + standMsMax;
  while (/[Tt]/.exec((await stateOf(process)) ?? 'T') === null) {
    if (performance.now() > deadlineMs)
      throw new BzzzError('drill_broke_off', `${name} does not stand still`);
    await pause(lookEveryMs);
  }
}
