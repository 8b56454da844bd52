/** Contenders as processes: started over the same data again and again, stopped and killed by signals. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { account } from '../e2e/harness/peer.ts';
import { type ForgeProcess, tokenOf } from '../e2e/harness/forge.ts';
import { dieWithParent } from '../e2e/harness/processes.ts';
import type { Stage } from '../e2e/harness/stage.ts';
import type { ContenderOptions } from './child.ts';
import { Word } from './done-mesh.ts';

const Line = z.union([
  z.object({ ready: z.string() }),
  z.object({ seq: z.int(), sha256: z.string() }),
  z.object({ claim: z.string() }),
  z.object({ won: z.string() }),
  z.object({ word: Word }),
]);

export interface ContenderProcess {
  readonly dataDir: string;
  /** Null: it was never ready yet. */
  readonly peer: () => string | null;
  /** Every journal entry that this contender said was on disk, over all its lives. */
  readonly acknowledged: ReadonlyMap<number, string>;
  /** Task and epoch of each claim that it tried. */
  readonly claims: ReadonlySet<string>;
  /** Monotonic; when it last won a claim, or renewed one. */
  readonly wonAtMs: () => number;
  /** What is told after a restart about an entry that was told before, and differs. */
  readonly contradictions: readonly number[];
  /** Resolves when it has recovered; false: it was killed before that. */
  start(): Promise<boolean>;
  isRunning(): boolean;
  look(): void;
  /** Hears what another one said; whoever is not there hears it when it starts. */
  hear(word: Word): void;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** SIGKILL, whether it runs or was stopped. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Lets go of everything, as on Ctrl-C. */
  end(): Promise<void>;
}

export interface ContenderSpec {
  readonly name: string;
  readonly leaseMs: number;
  readonly unfenced?: boolean;
  /** Told what it says to the others, again and again. */
  readonly onWord: (word: Word) => void;
}

const childPath = fileURLToPath(new URL('../../test/dist/races/child.js', import.meta.url));

export function createContender(
  stage: Stage,
  forge: ForgeProcess,
  { name, leaseMs, unfenced = false, onWord }: ContenderSpec,
): ContenderProcess {
  const dataDir = join(stage.dir, 'contenders', name);
  const { url, repo } = forge;
  const options: ContenderOptions = {
    name,
    dataDir,
    url,
    repo,
    leaseMs,
    unfenced,
    token: tokenOf(account),
  };
  const acknowledged = new Map<number, string>();
  const claims = new Set<string>();
  const contradictions: number[] = [];
  const heard: Word[] = [];
  let child: ChildProcess | null = null;
  let peer: string | null = null;
  let wonAtMs = Number.NEGATIVE_INFINITY;
  let complaints = '';

  function take(seq: number, sha256: string): void {
    const before = acknowledged.get(seq);
    if (before !== undefined && before !== sha256) contradictions.push(seq);
    acknowledged.set(seq, sha256);
  }

  async function start(): Promise<boolean> {
    const argv: string[] = [...dieWithParent, process.execPath, childPath, JSON.stringify(options)];
    const [program = '', ...args] = argv;
    const started = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: what it runs in a sandbox dies with it.
      detached: true,
      // What it could not clear up when it was killed goes with the stage.
      env: { ...process.env, TMPDIR: stage.dir },
    });
    child = started;
    complaints = '';
    started.stderr.on('data', (chunk) => {
      complaints = `${complaints}${String(chunk)}`.slice(-4_000);
    });
    // A kill can come while we write.
    started.stdin.on('error', () => undefined);
    for (const word of heard) tell(started, word);
    let isReady = false;
    createInterface(started.stdout).on('line', (text) => {
      const line = Line.safeParse(parse(text));
      // The last line of a process that was killed may be cut off.
      if (!line.success) return;
      if ('seq' in line.data) take(line.data.seq, line.data.sha256);
      else if ('claim' in line.data) claims.add(line.data.claim);
      else if ('won' in line.data) wonAtMs = performance.now();
      else if ('word' in line.data) onWord(line.data.word);
      else {
        peer = line.data.ready;
        isReady = true;
      }
    });
    started.once('exit', (code, signal) => {
      if (child === started) child = null;
      // Told to whoever waits for it next.
      if (signal !== 'SIGKILL' && code !== 0) {
        failures.push(new Error(`${name} ended with ${code ?? signal}: ${complaints}`));
      }
    });
    await stage.until(`${name} has recovered`, () => isReady || child !== started);
    return isReady;
  }

  const failures: unknown[] = [];

  async function gone(): Promise<void> {
    const ending = child;
    if (ending !== null && ending.exitCode === null && ending.signalCode === null) {
      await once(ending, 'exit');
    }
    child = null;
    if (failures.length > 0) throw new AggregateError(failures, `${name} did not go on`);
  }

  const contender: ContenderProcess = {
    dataDir,
    peer: () => peer,
    acknowledged,
    claims,
    wonAtMs: () => wonAtMs,
    contradictions,
    start,
    isRunning: () => child !== null,
    look: () => void child?.stdin?.write('look\n'),
    hear(word) {
      heard.push(word);
      if (child !== null) tell(child, word);
    },
    signal: (signal) => void child?.kill(signal),
    async kill() {
      if (child?.pid !== undefined) kill(-child.pid);
      await gone();
    },
    async end() {
      child?.stdin?.end();
      await stage.until(`${name} has let go`, () => child === null);
      await gone();
    },
  };
  stage.defer(() => contender.kill());
  return contender;
}

function tell({ stdin }: ChildProcess, word: Word): void {
  stdin?.write(`${JSON.stringify(word)}\n`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It was gone already.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
