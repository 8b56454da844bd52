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
import { dirname, join } from 'node:path';
import type { ExecutorRequest, WorkLimits } from '@bzzz/coordination';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { type Confined, confinedPlace, type Tray } from './confine.ts';
import { etcMounts } from './etc-files.ts';
import type { GitPlace } from './git.ts';
import { type HostViewOptions, openView, type Shown, sandboxView, showArgs } from './host-view.ts';
import { usualReservedBytes } from './limit-watch.ts';
import { type RunOutcome, unstarted } from './outcome.ts';
import { makeMountPoints, type Provided } from './mount-points.ts';
import { createHandOver, giveHome } from './ownership.ts';
import { noteRun } from './run-record.ts';
import { homeMounts, type Isolation, mappedUser, probeSandbox } from './sandbox.ts';
import type { Launch } from './spawn.ts';
import { throwIfAborted, watchRun } from './watch-run.ts';

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
}

/** As the request of an executor has them. */
export interface RunRequest extends Pick<ExecutorRequest, 'onSign' | 'onPrinted' | 'rest'> {
  readonly argv: readonly string[];
  /** Folder of the files; writable for the command, as `/workspace` in the sandbox. */
  readonly path: string;
  readonly limits: Pick<
    WorkLimits,
    'outputBytesMax' | 'memoryBytesMax' | 'processesMax' | 'diskBytesMax'
  >;
  readonly timeMs: number;
  /** Files and folders of the host that are shown read-only in the sandbox, besides those of the view. */
  readonly show?: readonly Shown[];
  /**
   * Memory that its runtime reserves and never touches. Default 1 GiB. Higher: what it takes between two
   * looks at it is bounded later.
   */
  readonly reservedBytes?: number;
  /**
   * Folder that is its HOME, and outlives it; it lies beside the worktree and counts as a part of it. Absent:
   * in the sandbox a folder of its own, gone afterwards.
   */
  readonly home?: string;
  /** It cannot change the files; without a sandbox nothing holds it back. Default false. */
  readonly readOnly?: boolean;
  /** Gets what it prints to its standard output, as it comes, within the limit. */
  readonly onStdout?: (chunk: Buffer) => void;
  /** Its standard output is for programs: `onPrinted` is told nothing of it. Default false. */
  readonly quietStdout?: boolean;
}

export interface Runner {
  readonly sandbox: 'required' | 'off';
  /**
   * Throws `sandbox_missing` before anything runs, `aborted` when everything has been ended.
   * A command that cannot be found or started is a report with exit code 127 or 126.
   */
  run(request: RunRequest, options?: { signal?: AbortSignal }): Promise<RunOutcome>;
  /**
   * What every command in this worktree finds there from now on, read-only, until it is taken away again.
   * Without a sandbox nothing can be mounted: then it does nothing.
   */
  provide(path: string, provided: readonly Provided[]): void;
  /**
   * Git over the files of a worktree, whatever is at work in it meanwhile (`confine.ts`). Throws
   * `sandbox_missing`, `workspace_failed`, `aborted`.
   */
  confine(
    place: { readonly tree: string; readonly tray: Tray },
    options?: { signal?: AbortSignal | undefined },
  ): Promise<GitPlace>;
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
  const handOver = createHandOver();
  const confinedIn = async (tree: string, signal?: AbortSignal): Promise<Confined> => {
    const way = await isolation(signal);
    const owner = way?.changesUser ? await handOver(tree) : (await stat(tree)).uid;
    return { isolation: way, view, owner };
  };
  const providedIn = new Map<string, readonly Provided[]>();
  const active = new Map<Promise<RunOutcome>, { path: string; abort: AbortController }>();
  return {
    sandbox: options.sandbox,
    findTools: (names) => names.filter((name) => view.find(name) !== null),
    provide(path, provided) {
      if (provided.length === 0) providedIn.delete(path);
      else providedIn.set(path, provided);
    },
    async confine(place, { signal } = {}) {
      try {
        return await confinedPlace(await confinedIn(place.tree, signal), place, signal);
      } catch (error) {
        throw failed(error);
      }
    },
    async run(request, { signal } = {}) {
      const flaw = flawOf(request.argv);
      if (flaw !== null) return unstarted(request.argv, flaw);
      const abort = new AbortController();
      const both = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
      const provided = providedIn.get(request.path) ?? [];
      const job = { options, request, provided };
      const work = confinedIn(request.path, both).then((confined) => runIn(confined, job, both));
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

interface RunJob {
  readonly options: RunnerOptions;
  readonly request: RunRequest;
  readonly provided: readonly Provided[];
}

async function runIn(
  { isolation, view, owner }: Confined,
  { options, request, provided }: RunJob,
  signal: AbortSignal,
): Promise<RunOutcome> {
  throwIfAborted(signal);
  const { argv, path: tree } = request;
  const home = request.home ?? join(dirname(tree), 'home');
  if (isolation === null) await mkdir(home, { recursive: true });
  const user = isolation?.changesUser ? owner : mappedUser;
  const mounts =
    isolation === null
      ? []
      : [
          ...(await etcMounts(join(dirname(tree), 'etc'), user)),
          ...showArgs(request.show ?? []),
          ...(request.home === undefined ? [] : homeMounts(request.home)),
        ];
  // What is in it is of an earlier run of the same user, or was copied from what one left who was another.
  if (request.home !== undefined && isolation?.changesUser) await giveHome(owner, home);
  const folders: Launch['folders'] = request.home === undefined ? [tree] : [tree, home];
  if (isolation !== null) await makeMountPoints(tree, provided, owner);
  const run = randomUUID();
  const note = await noteRun(dirname(tree), run);
  const limits = {
    ...request.limits,
    timeMs: request.timeMs,
    reservedBytes: request.reservedBytes ?? usualReservedBytes,
  };
  try {
    const { onStdout = () => undefined, onSign = () => undefined, rest } = request;
    const { readOnly = false, quietStdout = false, onPrinted } = request;
    const place = { tree, readOnly, home, folders, mounts, provided };
    const hooks = { onStdout, quietStdout, onSign, onPrinted, rest };
    const plan = { run, argv, ...place, isolation, view, owner, limits, ...hooks };
    return await watchRun(plan, note, options.graceMs ?? 2_000, signal);
  } finally {
    await note.remove();
  }
}

function failed(error: unknown): BzzzError {
  if (error instanceof BzzzError) return error;
  return new BzzzError('workspace_failed', reasonOf(error), { cause: error });
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
