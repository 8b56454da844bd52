/** Starts a command's process, in the sandbox or bare, and keeps what comes out of it. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import type { Rest } from '@bzzz/coordination';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import type { LiveRun } from './ending.ts';
import type { HostView } from './host-view.ts';
import { rlimitArgs, type TreeLimits } from './limit-watch.ts';
import type { Provided } from './mount-points.ts';
import { createOutputTail, type OutputTail } from './output-tail.ts';
import { codeOf, descendantsOf, type ProcessInfo, signalProcess } from './processes.ts';
import { runMark } from './run-record.ts';
import { homePath, type Isolation, identityArgs, sandboxArgs } from './sandbox.ts';
import { seccompFilter } from './seccomp.ts';

export interface Launch {
  readonly run: string;
  readonly argv: readonly string[];
  readonly tree: string;
  /** Of the tree, in the sandbox. */
  readonly readOnly: boolean;
  /** HOME without a sandbox; inside it has a name of its own. */
  readonly home: string;
  /** What it writes on the disk of the host is in these. */
  readonly folders: readonly [string, ...string[]];
  /** Mounts of this run besides those of the view. */
  readonly mounts: readonly string[];
  /** Folders that stand read-only in `tree`. */
  readonly provided: readonly Provided[];
  readonly onStdout: (chunk: Buffer) => void;
  /** What it prints there is not told to `onPrinted`. */
  readonly quietStdout: boolean;
  /** Told that it prints or writes. */
  readonly onSign: () => void;
  /** Told what it prints, to both, within the limit; undefined: nobody wants it. */
  readonly onPrinted: ((text: string) => void) | undefined;
  readonly rest: Rest | undefined;
  /** Null: no sandbox. */
  readonly isolation: Isolation | null;
  readonly view: HostView;
  /** User that owns the worktree. */
  readonly owner: number;
  readonly limits: TreeLimits & { readonly timeMs: number; readonly outputBytesMax: number };
}

export interface Launched extends LiveRun {
  readonly output: OutputTail;
  /** Resolves when the spawned process has ended, perhaps before its output was read. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** The command's exit code as bubblewrap tells it; null: it did not come so far. */
  commandExit(): number | null;
  /** The command's processes among all. */
  readonly members: (processes: readonly ProcessInfo[]) => ProcessInfo[];
}

/**
 * Resolves when the process exists. Throws `sandbox_missing` when bubblewrap cannot be started, and
 * the spawn error otherwise.
 */
export async function launch(plan: Launch, onOutputOver: () => void): Promise<Launched> {
  const { program, args, feeds } = commandLine(plan);
  const child = spawnQuietly(program, args, plan, feeds.length);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => {
      // Only now is it certain that the group's number has not been given to somebody else.
      if (plan.isolation === null && child.pid !== undefined) signalProcess(-child.pid, 'SIGKILL');
      resolve({ code, signal });
    });
  });
  const output = collect(child, plan, onOutputOver);
  for (const [index, bytes] of feeds.entries()) feed(child, firstFeed + index, bytes);
  const status = readStatus(child);
  await spawned(child, plan.isolation !== null);
  const pid = child.pid ?? Number.NaN;
  return {
    run: plan.run,
    pid,
    output,
    exited,
    closed,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    firstInside: () => status()?.['child-pid'] ?? null,
    commandExit: () => status()?.['exit-code'] ?? null,
    members(processes) {
      if (plan.isolation !== null) {
        const inside = status()?.['child-pid'];
        return inside === undefined ? [] : descendantsOf(inside, processes);
      }
      const below = new Set(descendantsOf(pid, processes));
      return processes.filter((info) => !info.zombie && (info.group === pid || below.has(info)));
    },
  };
}

/** bubblewrap tells on descriptor 3 how far it came, and reads from 4 and further what we feed it. */
const statusDescriptor = 3;
const firstFeed = 4;

function commandLine(plan: Launch) {
  const limited = [...rlimitArgs(plan.limits, plan.isolation !== null), ...plan.argv];
  if (plan.isolation === null) return { program: 'prlimit', args: limited.slice(1), feeds: [] };
  const { isolation, view, mounts, tree, readOnly, provided, owner } = plan;
  const tmpBytesMax = Math.ceil(plan.limits.memoryBytesMax / 4);
  const options = sandboxArgs({ isolation, view, mounts, tree, readOnly, provided, tmpBytesMax });
  options.push('--json-status-fd', String(statusDescriptor));
  const filter = seccompFilter();
  if (filter !== null) options.push('--seccomp', String(firstFeed + 1));
  return {
    program: isolation.program,
    args: ['--args', String(firstFeed), '--', ...identityArgs(isolation, owner), ...limited],
    feeds: [
      Buffer.from(options.map((option) => `${option}\0`).join('')),
      ...(filter === null ? [] : [filter]),
    ],
  };
}

/** The whole environment of a command: an allow-list, so no token of the peer can be in it. */
function environment(plan: Launch): Record<string, string> {
  const [name, value] = runMark(plan.run).split('=');
  return {
    PATH: plan.view.path,
    HOME: plan.isolation === null ? plan.home : homePath,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    CI: 'true',
    BZZZ: '1',
    [name ?? '']: value ?? '',
  };
}

function spawnQuietly(
  program: string,
  args: readonly string[],
  plan: Launch,
  feeds: number,
): ChildProcess {
  const nothing = openSync('/dev/null', 'r+');
  try {
    const pipes = feeds === 0 ? statusDescriptor : firstFeed + feeds;
    const stdio: StdioOptions = Array.from({ length: pipes }, (_, index) =>
      index === 0 ? 'ignore' : 'pipe',
    );
    // Whatever whoever started the peer left open would otherwise be open in the command too.
    for (const descriptor of inheritableDescriptors()) {
      if (descriptor < pipes) continue;
      while (stdio.length < descriptor) stdio.push('ignore');
      stdio[descriptor] = nothing;
    }
    return spawn(program, args, { cwd: plan.tree, env: environment(plan), stdio, detached: true });
  } finally {
    closeSync(nothing);
  }
}

/** Descriptors above 2 of this process that a child would inherit. */
function inheritableDescriptors(): number[] {
  const closeOnExec = 0o2000000;
  const found: number[] = [];
  for (const name of readdirSync('/proc/self/fdinfo')) {
    if (Number(name) < 3) continue;
    try {
      const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8'));
      if ((Number.parseInt(flags?.[1] ?? '0', 8) & closeOnExec) === 0) found.push(Number(name));
    } catch (error) {
      // The descriptor by which the folder was listed is closed again.
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
  return found;
}

function collect(
  child: ChildProcess,
  { limits: { outputBytesMax: bytesMax }, onStdout, quietStdout, onSign, onPrinted }: Launch,
  onOver: () => void,
): OutputTail {
  const tail = createOutputTail();
  for (const stream of [child.stdout, child.stderr]) {
    // One each, since a character may come in two pieces.
    const decoder = new TextDecoder();
    stream?.on('data', (chunk: Buffer) => {
      tail.add(chunk);
      onSign();
      if (tail.bytes > bytesMax) return onOver();
      const isTold = stream !== child.stdout || !quietStdout;
      if (isTold) onPrinted?.(decoder.decode(chunk, { stream: true }));
      if (stream === child.stdout) onStdout(chunk);
    });
  }
  return tail;
}

type Status = { 'child-pid'?: number; 'exit-code'?: number };

function feed(child: ChildProcess, descriptor: number, bytes: Buffer): void {
  const stream = child.stdio[descriptor];
  if (stream === undefined || stream === null || !('end' in stream)) return;
  // EPIPE: bubblewrap ended early, and then it has not reported an exit code either.
  stream.on('error', () => stream.destroy());
  stream.end(bytes);
}

/** The returned function tells what bubblewrap has reported so far. */
function readStatus(child: ChildProcess): () => Status | null {
  const reports = child.stdio[statusDescriptor];
  let text = '';
  if (reports !== undefined && reports !== null && 'setEncoding' in reports) {
    reports.setEncoding('utf8');
    reports.on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return () => {
    const status: Status = {};
    for (const [, key, value] of text.matchAll(/"(child-pid|exit-code)":\s*(\d+)/g)) {
      if (key === 'child-pid' || key === 'exit-code') status[key] = Number(value);
    }
    return text === '' ? null : status;
  };
}

async function spawned(child: ChildProcess, sandboxed: boolean): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('spawn', resolve);
  child.once('error', reject);
  try {
    await promise;
  } catch (error) {
    if (!sandboxed || codeOf(error) !== 'ENOENT') throw error;
    throw new BzzzError('sandbox_missing', reasonOf(error), { cause: error });
  }
}
