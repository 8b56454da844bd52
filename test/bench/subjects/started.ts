/** Programs of peers that are started for a round, and what they tell of themselves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { dying } from '../../e2e/harness/processes.ts';
import { cpuTimeOfFamilies } from '../cpu-time.ts';
import { peakMibOf } from '../peak-memory.ts';
import type { Told } from './told.ts';

export interface Program {
  /** Further variables of its environment. */
  readonly env: Readonly<Record<string, string>>;
  argv(): readonly string[];
  /** Of one line of its output or its log. */
  told(line: string): Told;
}

export interface Started {
  /** Resolves when all are ready, and know so many others each. Rejects when one ends before. */
  known(others: number): Promise<void>;
  cpuMs(): number;
  peakMib(): number;
  /** Asks them to stop, and waits. Throws where one does not end well. */
  stop(): Promise<void>;
  /** Ends them, whatever they do. */
  kill(): Promise<void>;
}

/** Of a machine that is busy with much else. */
const WAIT_MS = 120_000;

/** All at a time. */
export function start(programs: readonly Program[]): Started {
  const children: ChildProcess[] = [];
  const states = programs.map(() => ({ isReady: false, met: 0 }));
  const ended = Promise.withResolvers<never>();
  // Only of interest while somebody waits.
  ended.promise.catch(() => undefined);
  let isStopping = false;
  let next = Promise.withResolvers<void>();
  for (const [index, program] of programs.entries()) {
    const child = spawn(...dying(process.execPath, program.argv()), {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...program.env },
    });
    children.push(child);
    const state = states[index];
    let last = '';
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        last = line;
        const told = program.told(line);
        if (told === null || state === undefined) return;
        if (told === 'ready') state.isReady = true;
        else state.met = Math.max(state.met, told.met);
        next.resolve();
        next = Promise.withResolvers();
      });
    }
    child.once('error', ended.reject);
    child.once('exit', (code, signal) => {
      if (!isStopping) ended.reject(new Error(`a peer ended with ${code ?? signal}: ${last}`));
    });
  }
  const ids = () => children.flatMap(({ pid }) => pid ?? []);

  async function end(signal: NodeJS.Signals): Promise<(number | null)[]> {
    isStopping = true;
    return Promise.all(
      children.map(async (child) => {
        if (child.exitCode === null && child.signalCode === null) {
          child.kill(signal);
          await once(child, 'exit');
        }
        return child.exitCode;
      }),
    );
  }

  return {
    async known(others) {
      const timer = setTimeout(() => {
        const told = states.map(({ isReady, met }) => `${isReady ? 'ready' : 'not ready'} ${met}`);
        ended.reject(new Error(`not within ${WAIT_MS} ms: ${told.join(', ')}`));
      }, WAIT_MS);
      try {
        while (!states.every(({ isReady, met }) => isReady && met >= others)) {
          await Promise.race([next.promise, ended.promise]);
        }
      } finally {
        clearTimeout(timer);
      }
    },
    cpuMs: () => cpuTimeOfFamilies(ids()),
    peakMib: () => peakMibOf(ids()),
    async stop() {
      const codes = await end('SIGTERM');
      if (codes.some((code) => code !== 0)) throw new Error(`peers ended with ${codes.join(', ')}`);
    },
    kill: async () => void (await end('SIGKILL')),
  };
}
