/**
 * Runs one command in a worktree: by argument vector, in the sandbox, with a clean environment and
 * under limits. Its promise settles only when nothing of the run exists any more.
 *
 * The peer spawns `bwrap --args 4 -- setpriv … prlimit … command`. File descriptor 3 is where
 * bubblewrap reports that the sandbox stands, 4 where it reads its arguments, which so stay out of
 * the process list inside.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import type { CommandReport, WorkLimits } from '@bzzz/coordination';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { endRun, killRun } from './ending.ts';
import { type HostViewOptions, openView, sandboxView } from './host-view.ts';
import { type LimitName, watchLimits } from './limit-watch.ts';
import { handOver } from './ownership.ts';
import { recordRun } from './run-record.ts';
import { type Isolation, probeSandbox } from './sandbox.ts';
import { type Launch, type Launched, launch } from './spawn.ts';

export interface RunnerOptions extends HostViewOptions {
  /**
   * `required`: commands run in bubblewrap or not at all. `off`: with the rights of the peer, its
   * network and everything that it can read.
   */
  readonly sandbox: 'required' | 'off';
  /** From the request to end to the kill. Default 2000. Higher: more time for a clean end. */
  readonly graceMs?: number;
  /** Room that a worktree may take, and the largest file. Default 4 GiB. */
  readonly diskBytesMax?: number;
}

export interface RunRequest {
  readonly argv: readonly string[];
  /** Folder of the files; writable for the command, as `/workspace` in the sandbox. */
  readonly path: string;
  readonly limits: Pick<WorkLimits, 'outputBytesMax' | 'memoryBytesMax' | 'processesMax'>;
  readonly timeMs: number;
}

export type Ended = 'exit' | 'signal' | 'time' | 'output' | LimitName;

export interface RunOutcome {
  readonly report: CommandReport;
  /** What ended it. */
  readonly ended: Ended;
  /** The same in words. */
  readonly reason: string;
}

export interface Runner {
  readonly sandbox: 'required' | 'off';
  /**
   * Throws `sandbox_missing` before anything runs, `aborted` when everything has been ended.
   * A command that cannot be found or started is a report with exit code 127 or 126.
   */
  run(request: RunRequest, options?: { signal?: AbortSignal }): Promise<RunOutcome>;
  /** Which of these programs a command could start. */
  findTools(names: readonly string[]): string[];
}

export function createRunner(options: RunnerOptions): Runner {
  const required = options.sandbox === 'required';
  const view = required ? sandboxView(options) : openView(options);
  let known: Isolation | null = null;
  const isolation = async (signal?: AbortSignal): Promise<Isolation | null> => {
    if (!required || known !== null) return known;
    const probe = await probeSandbox(signal === undefined ? {} : { signal });
    if (!probe.usable) throw new BzzzError('sandbox_missing', probe.reason);
    known = probe.isolation;
    return known;
  };
  return {
    sandbox: options.sandbox,
    findTools: (names) => names.filter((name) => view.find(name) !== null),
    async run(request, { signal } = {}) {
      throwIfAborted(signal);
      const flaw = flawOf(request.argv);
      if (flaw !== null) return unstarted(request.argv, flaw);
      const way = await isolation(signal);
      const owner = way?.changesUser
        ? await handOver(request.path, signal)
        : (await stat(request.path)).uid;
      const home = join(dirname(request.path), 'home');
      if (way === null) await mkdir(home, { recursive: true });
      throwIfAborted(signal);
      const limits = {
        ...request.limits,
        timeMs: request.timeMs,
        diskBytesMax: options.diskBytesMax ?? 4 * 1024 ** 3,
      };
      const plan = { run: randomUUID(), argv: request.argv, tree: request.path, home };
      return watch(
        { ...plan, isolation: way, view, owner, limits },
        options.graceMs ?? 2_000,
        signal,
      );
    },
  };
}

/** From the start of the process to its end, whatever ends it. */
async function watch(plan: Launch, graceMs: number, signal?: AbortSignal): Promise<RunOutcome> {
  const startMs = performance.now();
  const fate: Fate = { ended: 'exit', ending: null, failure: null };
  const live = await launch(plan, () => end('output'));
  const end = (why: Fate['ended']) => {
    if (fate.ending !== null || live.hasExited()) return;
    fate.ended = why;
    // What is over a limit could go on taking while it is asked.
    const asked = why === 'aborted' || why === 'time';
    fate.ending = asked ? endRun(live, graceMs) : killRun(live);
  };
  const fail = (error: unknown) => {
    fate.failure ??= error;
    end('signal');
  };
  const onAbort = () => end('aborted');
  const timer = setTimeout(() => end('time'), plan.limits.timeMs);
  const stopLooking = watchLimits({
    members: live.members,
    tree: plan.tree,
    limits: plan.limits,
    onOver: end,
    onError: fail,
  });
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  try {
    const recorded = recordRun(dirname(plan.tree), plan.run, live.pid);
    recorded.catch(fail);
    const exit = await live.exited;
    await (fate.ending ?? killRun(live));
    const forget = await recorded;
    await forget();
    if (fate.failure !== null) throw failed(fate.failure);
    if (fate.ended === 'aborted') throw new BzzzError('aborted', 'the command was cancelled');
    return describe(plan, live, fate.ended, { ...exit, elapsedMs: performance.now() - startMs });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    await stopLooking();
  }
}

interface Fate {
  ended: Ended | 'aborted';
  /** Null: nobody has asked for the end. */
  ending: Promise<void> | null;
  /** Null: nothing of ours went wrong. */
  failure: unknown;
}

function describe(
  plan: Launch,
  live: Launched,
  ended: Ended,
  exit: { code: number | null; signal: NodeJS.Signals | null; elapsedMs: number },
): RunOutcome {
  const inSandbox = plan.isolation !== null;
  if (inSandbox && ended === 'exit' && exit.code !== null && live.commandExit() === null) {
    throw new BzzzError('sandbox_missing', `the sandbox did not stand: ${live.output.text()}`);
  }
  const code = inSandbox ? (live.commandExit() ?? exit.code) : exit.code;
  const killed = exit.signal !== null || (inSandbox && fatalSignals.has((code ?? 0) - 128));
  const how = ended === 'exit' && killed ? 'signal' : ended;
  const reason = sentence(how, code, exit.signal ?? `signal ${(code ?? 0) - 128}`, plan);
  return {
    report: {
      argv: plan.argv,
      exitCode: how === 'exit' ? code : null,
      elapsedMs: Math.round(exit.elapsedMs),
      outputTail: live.output.text(how === 'exit' ? undefined : reason),
    },
    ended: how,
    reason,
  };
}

/** bubblewrap reports a command that a signal ended as 128 plus its number. */
const fatalSignals = new Set(
  (
    [
      'SIGILL',
      'SIGTRAP',
      'SIGABRT',
      'SIGBUS',
      'SIGFPE',
      'SIGKILL',
      'SIGSEGV',
      'SIGTERM',
      'SIGXFSZ',
    ] as const
  ).map((name) => constants.signals[name]),
);

function sentence(how: Ended, code: number | null, signal: string, { limits }: Launch): string {
  switch (how) {
    case 'exit':
      return `it ended with exit code ${code}`;
    case 'signal':
      return `it was killed (${signal})`;
    case 'time':
      return `it was ended after ${limits.timeMs} ms`;
    case 'output':
      return `it was ended: it printed more than ${limits.outputBytesMax} bytes`;
    case 'memory':
      return `it was ended: it used more than ${limits.memoryBytesMax} bytes of memory`;
    case 'processes':
      return `it was ended: it had more than ${limits.processesMax} processes`;
    case 'disk':
      return `it was ended: its files took more than ${limits.diskBytesMax} bytes`;
  }
}

/** The report of a command that could not even be started, as a shell would number it. */
function unstarted(argv: readonly string[], why: string): RunOutcome {
  const reason = `it could not be started: ${why}`;
  const report = { argv, exitCode: 126, elapsedMs: 0, outputTail: `[bzzz] ${reason}` };
  return { report, ended: 'exit', reason };
}

function failed(error: unknown): BzzzError {
  if (error instanceof BzzzError) return error;
  return new BzzzError('workspace_failed', reasonOf(error), { cause: error });
}

function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted === true) throw new BzzzError('aborted', 'the command was cancelled');
}

/** What keeps an argument vector from being one: the kernel would refuse it. */
function flawOf(argv: readonly string[]): string | null {
  if (argv.length === 0 || argv[0] === '') return 'no program is named';
  if (argv.some((argument) => argument.includes('\0'))) return 'an argument holds a NUL byte';
  // Linux takes at most 128 KiB in one argument, and about 2 MiB in all.
  const bytes = argv.map((argument) => Buffer.byteLength(argument));
  if (bytes.some((count) => count >= 128 * 1024)) return 'an argument is too long';
  return bytes.reduce((sum, count) => sum + count, 0) > 1024 * 1024 ? 'too many arguments' : null;
}
