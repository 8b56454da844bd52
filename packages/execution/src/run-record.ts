/**
 * A note beside a workspace about each command that runs in it, so that a later process, after a
 * kill -9 of this one, can end what was left. A pid is believed only with its start time and the
 * boot in which it was seen.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import {
  codeOf,
  descendantsOf,
  listProcesses,
  readProcess,
  signalProcess,
  withEnvironment,
} from './processes.ts';

const RunRecord = z.object({
  boot: z.string(),
  pid: z.int().min(2),
  startTicks: z.int().min(0),
});
type RunRecord = z.infer<typeof RunRecord>;

/** The environment entry that every process of a run inherits. */
export function runMark(run: string): string {
  return `BZZZ_RUN=${run}`;
}

export interface RunNote {
  /** Adds the process, as soon as there is one. */
  started(pid: number): Promise<void>;
  remove(): Promise<void>;
}

/** Leaves a note before the process exists: were it written later, a crash could come between. */
export async function noteRun(folder: string, run: string): Promise<RunNote> {
  const path = join(folder, `run-${run}.json`);
  await writeFile(path, '', { mode: 0o600 });
  return {
    async started(pid) {
      const info = await readProcess(pid);
      if (info === null) return;
      const record: RunRecord = { boot: await bootId(), pid, startTicks: info.startTicks };
      await writeFile(path, JSON.stringify(record));
    },
    remove: () => rm(path, { force: true }),
  };
}

/** Ends everything that the notes in this folder speak of; resolves when all of it is gone. */
export async function endRecordedRuns(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const run = /^run-([0-9a-f-]{36})\.json$/.exec(name)?.[1];
    if (run === undefined) continue;
    const record = await readRecord(join(folder, name));
    if (record !== null && record.boot === (await bootId())) await endLeader(record);
    await killMarked(run);
    await rm(join(folder, name), { force: true });
  }
}

/** Kills what carries the mark of a run until nothing does. */
export async function killMarked(run: string): Promise<void> {
  for (;;) {
    const marked = await withEnvironment(runMark(run), await listProcesses());
    if (marked.length === 0) return;
    for (const { pid } of marked) signalProcess(pid, 'SIGKILL');
    await delay(5);
  }
}

async function endLeader(record: RunRecord): Promise<void> {
  while (await isAlive(record)) {
    for (const info of descendantsOf(record.pid, await listProcesses())) {
      signalProcess(info.pid, 'SIGKILL');
    }
    signalProcess(record.pid, 'SIGKILL');
    await delay(5);
  }
}

async function isAlive(record: RunRecord): Promise<boolean> {
  const info = await readProcess(record.pid);
  return info !== null && info.startTicks === record.startTicks && !info.zombie;
}

/** Null: a crash came between, or the note vanished; then the mark alone leads to the processes. */
async function readRecord(path: string): Promise<RunRecord | null> {
  try {
    return RunRecord.safeParse(JSON.parse(await readFile(path, 'utf8'))).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}
