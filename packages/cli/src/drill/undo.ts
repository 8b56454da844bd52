/** Undoes what a drill did to one peer, by what it wrote down, whoever reads it. */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createControlClient } from '@bzzz/peer';
import { BzzzError, isBzzzError, reasonOf } from '@bzzz/protocol';
import { withoutSkew } from './faults/clock.ts';
import { forgetLeftover, type Leftover } from './leftovers.ts';
import { dropTable } from './nft.ts';
import {
  lives,
  networkOf,
  type ProcessId,
  signalProcess,
  type Start,
  startAgain,
  startOf,
} from './process.ts';

/** What is known besides. */
export interface Memory {
  /** How it was started, secrets and all. */
  readonly start?: Start;
  /** A process of the same network, where its own is gone. */
  readonly neighbour?: number | undefined;
}

const endMsMax = 60_000;
const upMsMax = 120_000;
const lookEveryMs = 100;
const askMsMax = 5_000;

/** Throws `drill_not_healed`. */
export async function undo(dataDir: string, left: Leftover, memory: Memory = {}): Promise<void> {
  switch (left.fault) {
    case 'pause':
      await signalProcess(left.process, 'SIGCONT');
      break;
    case 'kill':
      await bringBack(dataDir, left, memory);
      break;
    case 'skew':
      await setRight(dataDir, left, memory);
      break;
    case 'partition':
    case 'slow':
      await dropTable(left, [left.process.pid, memory.neighbour]);
      break;
  }
  await forgetLeftover(dataDir);
}

type Ended = Extract<Leftover, { fault: 'kill' | 'skew' }>;

async function bringBack(dataDir: string, left: Ended, memory: Memory): Promise<void> {
  if (await answers(dataDir)) return;
  if (memory.start === undefined && left.withheld.length > 0) {
    const reason = `${left.withheld.join(' and ')} stood in its environment and is not kept: start it yourself, bzzz up --data ${dataDir}`;
    throw new BzzzError('drill_not_healed', reason);
  }
  await startAndWait(dataDir, memory.start ?? left.start, memory.neighbour);
}

/** By what the process that runs with a wrong clock was started with, which is all but that clock. */
async function setRight(dataDir: string, left: Ended, memory: Memory): Promise<void> {
  const { pid } = left.process;
  if (!(await lives(left.process))) return bringBack(dataDir, left, memory);
  const now = await startOf(left.process, left.start.output);
  const neighbour =
    memory.neighbour ?? ((await networkOf(process.pid)) === now.network ? process.pid : pid);
  await endProcess(left.process);
  await startAndWait(dataDir, memory.start ?? { ...now, env: withoutSkew(now.env) }, neighbour);
}

/** By SIGTERM. Throws `drill_not_healed` when it does not go. */
export async function endProcess(id: ProcessId): Promise<void> {
  await signalProcess(id, 'SIGTERM');
  const deadlineMs = performance.now() + endMsMax;
  while (await lives(id)) {
    if (performance.now() > deadlineMs) {
      throw new BzzzError('drill_not_healed', `process ${id.pid} does not end when it is asked to`);
    }
    await pause(lookEveryMs);
  }
}

/** Resolves when it answers. Throws `drill_not_healed`. */
export async function startAndWait(
  dataDir: string,
  start: Start,
  neighbour: number | undefined,
): Promise<ProcessId> {
  const id = await startAgain(start, neighbour);
  const deadlineMs = performance.now() + upMsMax;
  for (;;) {
    if (await answers(dataDir)) return id;
    if (!(await lives(id))) {
      const last = (await readFile(start.output, 'utf8').catch(reasonOf))
        .trimEnd()
        .split('\n')
        .at(-1);
      throw new BzzzError(
        'drill_not_healed',
        `the peer of ${dataDir} ended as it started: ${last ?? ''}`,
      );
    }
    if (performance.now() > deadlineMs) {
      throw new BzzzError('drill_not_healed', `the peer of ${dataDir} runs and does not answer`);
    }
    await pause(lookEveryMs);
  }
}

async function answers(dataDir: string): Promise<boolean> {
  try {
    await createControlClient(dataDir).status({ signal: AbortSignal.timeout(askMsMax) });
    return true;
  } catch (error) {
    if (isBzzzError(error, 'peer_not_running') || isBzzzError(error, 'aborted')) return false;
    throw error;
  }
}
