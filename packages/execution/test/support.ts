/** A mirror with one commit in a temporary folder, and what tests ask of it. */
import { execFileSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Base, WorkLimits, Workspace, Workspaces } from '@bzzz/coordination';
import {
  createRunner,
  createWorkspaces,
  type Reach,
  type Runner,
  type RunnerOptions,
  type WorkspacesOptions,
} from '@bzzz/execution';
import { Epoch, Oid, Policy, TaskId } from '@bzzz/protocol';
import { afterAll } from 'vitest';

export const limits: WorkLimits = Policy.parse({ version: 1 }).limits;
export const task = TaskId.parse('acme/widgets#7');

const sampleFiles: Readonly<Record<string, string>> = {
  'README.md': 'hello\n',
  'src/value.txt': 'old\n',
  'test/check.txt': 'strict\n',
  '.gitignore': 'ignored.txt\n',
};

export interface World {
  readonly folder: string;
  /** Where worktrees are made. */
  readonly dir: string;
  readonly base: Base;
  readonly runner: Runner;
  readonly workspaces: Workspaces;
  create(): Promise<Workspace>;
  dispose(): Promise<void>;
}

export function makeWorld(
  options: Partial<RunnerOptions> &
    Pick<WorkspacesOptions, 'setupBytesMax'> & {
      files?: Readonly<Record<string, string>>;
      reach?: Reach;
    } = {},
): World {
  const { files = sampleFiles, reach, setupBytesMax, ...runnerOptions } = options;
  const folder = mkdtempSync(join(tmpdir(), 'bzzz-execution-'));
  const base = makeMirror(folder, files);
  const runner = createRunner({ sandbox: 'required', graceMs: 200, ...runnerOptions });
  const dir = join(folder, 'worktrees');
  const workspaces = createWorkspaces(
    { runner, ...(reach && { reach }) },
    { dir, ...(setupBytesMax !== undefined && { setupBytesMax }) },
  );
  return {
    folder,
    dir,
    base,
    runner,
    workspaces,
    create: () => workspaces.create({ task, epoch: Epoch.parse(1), base }),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Plain git, as a person would use it to look. */
export function git(cwd: string, ...args: string[]): string {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid'];
  return execFileSync('git', [...who, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
    },
  });
}

/** Writes like an executor: the file belongs to whom the worktree belongs. */
export async function put(workspace: Workspace, path: string, content: string) {
  const { uid, gid } = lstatSync(workspace.path);
  const full = join(workspace.path, path);
  for (const folder of parents(path)) {
    mkdirSync(join(workspace.path, folder), { recursive: true });
    chownSync(join(workspace.path, folder), uid, gid);
  }
  await writeFile(full, content);
  chownSync(full, uid, gid);
}

/** Runs a shell script as the command, which is how a test says what a hostile command does. */
export async function script(world: World, workspace: Workspace, text: string, timeMs = 20_000) {
  return world.runner.run({ argv: ['sh', '-c', text], path: workspace.path, limits, timeMs });
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error('the awaited state never came');
    await delay(10);
  }
}

/** Whether a process whose command line holds this text exists. */
export function lives(text: string): boolean {
  return pidsOf(text).length > 0;
}

/** Processes whose command line holds this text. */
export function pidsOf(text: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
  return pids.filter((pid) => read(`/proc/${pid}/cmdline`).includes(text)).map(Number);
}

/** A number of seconds that no other `sleep` on the machine has. */
export function uniqueSleep(): string {
  return `${90_000 + Math.floor(Math.random() * 9_000)}.${Math.floor(Math.random() * 1e9)}`;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It has ended since the folder was listed.
    return '';
  }
}

/** Made once for the same files, then copied: most of a test's time would go there. */
function makeMirror(folder: string, files: Readonly<Record<string, string>>): Base {
  const key = JSON.stringify(files);
  const known = templates.get(key) ?? makeTemplate(files);
  templates.set(key, known);
  cpSync(known.folder, folder, { recursive: true });
  return { branch: 'main', oid: known.oid, mirror: join(folder, 'mirror.git') };
}

const templates = new Map<string, { folder: string; oid: Oid }>();
afterAll(() => {
  for (const { folder } of templates.values()) rmSync(folder, { recursive: true });
});

function makeTemplate(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'bzzz-template-'));
  const source = join(folder, 'source');
  mkdirSync(source);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), content);
  }
  git(source, 'init', '--quiet', '--initial-branch=main');
  git(source, 'add', '--all', '--force');
  git(source, 'commit', '--quiet', '--message=base');
  git(folder, 'clone', '--quiet', '--mirror', source, join(folder, 'mirror.git'));
  return { folder, oid: Oid.parse(git(source, 'rev-parse', 'HEAD').trim()) };
}

function parents(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
