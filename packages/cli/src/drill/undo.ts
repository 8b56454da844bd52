/** Undoes what a drill did to one peer, by what it wrote down, whoever reads it. */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createControlClient, isNear } from '@bzzz/peer';
import { BzzzError, isBzzzError, reasonOf } from '@bzzz/protocol';
import { isSkewed, withoutSkew } from './faults/clock.ts';
import { holderOf } from './holder.ts';
import { forgetLeftover, type Leftover } from './leftovers.ts';
import { dropTable } from './nft.ts';
import { endsWithin, lives, type ProcessId, signalProcess } from './process.ts';
import { type Start, startAgain, startOf } from './start.ts';

/** What was done to one peer. */
export interface Step {
  readonly dataDir: string;
  readonly left: Leftover;
  /** How it was started, secrets and all, where that is known. */
  readonly start?: Start;
}

export interface Undone {
  readonly dataDir: string;
  readonly fault: Leftover['fault'];
  /** Variables that it had before, and was started without. */
  readonly without: readonly string[];
}

const endMsMax = 60_000;
const upMsMax = 120_000;
const lookEveryMs = 100;
const askMsMax = 5_000;

/** Throws `drill_not_healed`, and leaves the note then. */
export async function undo(step: Step): Promise<Undone> {
  const { dataDir, left } = step;
  if (!(await isNear(left.process))) {
    const reason = `what was done to ${dataDir} was done on another machine, or in another container: run this there; where that is gone, delete drill.json`;
    throw new BzzzError('drill_not_healed', reason);
  }
  const without = await undoneBy(step);
  await forgetLeftover(dataDir);
  return { dataDir, fault: left.fault, without };
}

async function undoneBy({ dataDir, left, start }: Step): Promise<readonly string[]> {
  switch (left.fault) {
    case 'pause':
      await signalProcess(left.process, 'SIGCONT');
      return [];
    case 'kill':
      return bringBack({ dataDir, left, start });
    case 'skew':
      return setRight({ dataDir, left, start });
    case 'partition':
    case 'slow':
      await dropTable(left);
      return [];
  }
}

interface Restart {
  readonly dataDir: string;
  readonly left: Extract<Leftover, { fault: 'kill' | 'skew' }>;
  readonly start: Start | undefined;
}

/** Unless somebody runs it. */
async function bringBack({ dataDir, left, start }: Restart): Promise<readonly string[]> {
  if (await isUp(dataDir)) return [];
  if (start === undefined && left.withheld.length > 0) {
    const reason = `${left.withheld.join(' and ')} stood in its environment and is not kept: start it yourself, bzzz up --data ${dataDir}`;
    throw new BzzzError('drill_not_healed', reason);
  }
  const again = start ?? left.start;
  await untilUp(dataDir, await startAgain(again), again.output);
  return start === undefined ? left.dropped : [];
}

/**
 * Whoever runs it with a wrong clock is ended, and started by what it was started with, which is all but that clock.
 * The note may name one that has ended, and one that was not yet harmed runs by the right clock.
 */
async function setRight({ dataDir, left, start }: Restart): Promise<readonly string[]> {
  const noted = (await lives(left.process)) ? left.process : undefined;
  // One of them may still be on its way to the lock.
  const all = [await holderOf(dataDir), noted].filter((one) => one !== undefined);
  const starts = await Promise.all(all.map((id) => startOf(id, left.start.output)));
  const wrong = all.filter((_, at) => isSkewed(starts[at]?.env ?? {}));
  const now = starts.find(({ env }) => isSkewed(env));
  if (now === undefined) return bringBack({ dataDir, left, start });
  for (const id of wrong) await endProcess(id);
  const again = start ?? { ...now, env: withoutSkew(now.env) };
  await untilUp(dataDir, await startAgain(again), again.output);
  return [];
}

/** By SIGTERM. Throws `drill_not_healed` when it does not go. */
export async function endProcess(id: ProcessId): Promise<void> {
  await signalProcess(id, 'SIGTERM');
  if (await endsWithin(id, endMsMax)) return;
  throw new BzzzError('drill_not_healed', `process ${id.pid} does not end when it is asked to`);
}

/** Resolves when that very process answers for its folder. Throws `drill_not_healed`. */
export async function untilUp(dataDir: string, id: ProcessId, output: string): Promise<void> {
  const deadlineMs = performance.now() + upMsMax;
  while (!(await answers(dataDir, id))) {
    if (!(await lives(id))) {
      const text = await readFile(output, 'utf8').catch(reasonOf);
      const last = text.trimEnd().split('\n').at(-1) ?? '';
      const reason = `the peer of ${dataDir} ended as it started: ${last}`;
      throw new BzzzError('drill_not_healed', reason);
    }
    await pauseUntil(deadlineMs, dataDir);
  }
}

/** False: nobody runs it, or whoever did has ended while we looked. Throws `drill_not_healed` of one that never answers. */
async function isUp(dataDir: string): Promise<boolean> {
  const deadlineMs = performance.now() + upMsMax;
  for (;;) {
    const holder = await holderOf(dataDir);
    if (holder === undefined) return false;
    if (await answers(dataDir, holder)) return true;
    await pauseUntil(deadlineMs, dataDir);
  }
}

async function pauseUntil(deadlineMs: number, dataDir: string): Promise<void> {
  if (performance.now() > deadlineMs) {
    throw new BzzzError('drill_not_healed', `the peer of ${dataDir} runs and does not answer`);
  }
  await pause(lookEveryMs);
}

async function answers(dataDir: string, { pid }: ProcessId): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(askMsMax);
    return (await createControlClient(dataDir).status({ signal })).peer.pid === pid;
  } catch (error) {
    if (isBzzzError(error, 'peer_not_running') || isBzzzError(error, 'aborted')) return false;
    throw error;
  }
}
