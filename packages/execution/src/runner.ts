/**
 * Runs one command in a worktree: by argument vector, in the sandbox, with a clean environment and
 * under limits. Its promise settles only when nothing of the run exists any more.
 *
 * The peer spawns `bwrap --args 4 -- setpriv … prlimit … command`. File descriptor 3 is where
 * bubblewrap reports that the sandbox stands, 4 where it reads its arguments, which so stay out of
 * the process list inside, 5 where it reads a filter of system calls.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import type { CommandReport, WorkLimits } from '@bzzz/coordination';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { endRun, killRun } from './ending.ts';
import { etcMounts } from './etc-files.ts';
import { type HostView, type HostViewOptions, openView, sandboxView } from './host-view.ts';
import { type LimitName, watchLimits } from './limit-watch.ts';
import { handOver } from './ownership.ts';
import { noteRun, type RunNote } from './run-record.ts';
import { type Isolation, mappedUser, probeSandbox } from './sandbox.ts';
import { type Launch, type Launched, launch } from './spawn.ts';

export interface RunnerOptions extends HostViewOptions {
  /**
   * `required`: commands run in bubblewrap or not at all. `off`: with the rights of the peer, its
   * network and everything that it can read.
   */
  readonly sandbox: 'required' | 'off';
  /** Path of bubblewrap; default: the `bwrap` of PATH. */
  readonly bubblewrap?: string;
  /** Only this way of isolation; default: the first that works here. */
  readonly way?: Isolation['name'];
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
  /** Aborts what this runner runs in a folder. Resolves when nothing of it exists any more. */
  end(path: string): Promise<void>;
  /** Which of these programs a command could start. */
  findTools(names: readonly string[]): string[];
}

export function createRunner(options: RunnerOptions): Runner {
  const required = options.sandbox === 'required';
  const view = required ? sandboxView(options) : openView(options);
  let known: Isolation | null = null;
  const isolation = async (signal?: AbortSignal): Promise<Isolation | null> => {
    if (!required || known !== null) return known;
    const probe = await probeSandbox({ program: options.bubblewrap, way: options.way, signal });
    if (!probe.usable) throw new BzzzError('sandbox_missing', probe.reason);
    known = probe.isolation;
    return known;
  };
  const active = new Map<Promise<RunOutcome>, { path: string; abort: AbortController }>();
  return {
    sandbox: options.sandbox,
    findTools: (names) => names.filter((name) => view.find(name) !== null),
    async run(request, { signal } = {}) {
      const flaw = flawOf(request.argv);
      if (flaw !== null) return unstarted(request.argv, flaw);
      const abort = new AbortController();
      const both = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
      const work = isolation(both).then((way) => runIn(way, { view, options, request }, both));
      active.set(work, { path: request.path, abort });
      try {
        return await work;
      } catch (error) {
        throw failed(error);
      } finally {
        active.delete(work);
      }
    },
    async end(path) {
      const here = [...active].filter(([, run]) => run.path === path);
      for (const [, { abort }] of here) abort.abort();
      await Promise.allSettled(here.map(([work]) => work));
    },
  };
}

async function runIn(
  isolation: Isolation | null,
  { view, options, request }: { view: HostView; options: RunnerOptions; request: RunRequest },
  signal: AbortSignal,
): Promise<RunOutcome> {
  throwIfAborted(signal);
  const { argv, path: tree } = request;
  const owner = isolation?.changesUser ? await handOver(tree, signal) : (await stat(tree)).uid;
  const home = join(dirname(tree), 'home');
  if (isolation === null) await mkdir(home, { recursive: true });
  const user = isolation?.changesUser ? owner : mappedUser;
  const mounts = isolation === null ? [] : await etcMounts(join(dirname(tree), 'etc'), user);
  const run = randomUUID();
  const note = await noteRun(dirname(tree), run);
  const limits = {
    ...request.limits,
    timeMs: request.timeMs,
    diskBytesMax: options.diskBytesMax ?? 4 * 1024 ** 3,
  };
  try {
    const plan = { run, argv, tree, home, mounts, isolation, view, owner, limits };
    return await watch(plan, note, options.graceMs ?? 2_000, signal);
  } finally {
    await note.remove();
  }
}

/** From the start of the process to its end, whatever ends it. */
async function watch(
  plan: Launch,
  note: RunNote,
  graceMs: number,
  signal: AbortSignal,
): Promise<RunOutcome> {
  throwIfAborted(signal);
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
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const noted = note.started(live.pid).catch(fail);
    const exit = await live.exited;
    await (fate.ending ?? killRun(live));
    await noted;
    if (fate.failure !== null) throw fate.failure;
    if (fate.ended === 'aborted') throw new BzzzError('aborted', 'the command was cancelled');
    return describe(plan, live, fate.ended, { ...exit, elapsedMs: performance.now() - startMs });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
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

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new BzzzError('aborted', 'the command was cancelled');
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
