/**
 * The bare clone of a repository at `<dataDir>/mirrors/<owner>/<repo>.git`. It has no remote: every
 * fetch and push names the URL, so nothing that is handed the mirror can reach the forge by it.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { BzzzError, EMPTY_TREE, type Oid, type RepoName, reasonOf } from '@bzzz/protocol';
import { localGitEnvironment } from './environment.ts';
import { localFailure } from './failures.ts';
import type { GitOutcome, RunGit } from './process.ts';

export interface Mirror {
  readonly dir: string;
  /** Runs git on the mirror without the network. */
  local(args: readonly string[], options: LocalOptions): Promise<GitOutcome>;
  /** Writes an object and returns its id. Throws `git_failed` on content that git finds malformed. */
  writeObject(type: 'commit' | 'tree', content: Uint8Array, signal: AbortSignal): Promise<string>;
  /** Which of the commits are there. */
  present(oids: readonly Oid[], signal: AbortSignal): Promise<ReadonlySet<Oid>>;
}

interface LocalOptions {
  readonly signal: AbortSignal;
  readonly input?: Uint8Array;
  readonly stdoutBytesMax?: number;
}

const localTimeoutMs = 60_000;

/** For the execution side too, which runs its own git on the mirror. */
const mirrorConfig: readonly (readonly [string, string])[] = [
  // Results are in no ref until they are published: nothing may be pruned.
  ['gc.auto', '0'],
  ['core.hooksPath', '/dev/null'],
  ['core.logAllRefUpdates', 'false'],
  // A result that was journalled must not be an empty file after a power cut.
  ['core.fsync', 'committed,reference'],
  ['core.fsyncMethod', 'batch'],
];

export function mirrorDir(dataDir: string, repo: RepoName): string {
  return `${path.join(dataDir, 'mirrors', repo)}.git`;
}

/** Removes the mirrors of repositories other than these; how many. They are fetched anew when they are wanted. */
export async function removeOtherMirrors(
  dataDir: string,
  repositories: readonly RepoName[],
): Promise<number> {
  const root = path.join(dataDir, 'mirrors');
  const kept = new Set(repositories.map((repo) => mirrorDir(dataDir, repo)));
  const owners = await namesIn(root);
  const dirs = await Promise.all(
    owners.map(async (owner) =>
      (await namesIn(path.join(root, owner))).map((name) => path.join(root, owner, name)),
    ),
  );
  const others = dirs.flat().filter((dir) => !kept.has(dir));
  for (const dir of others) await rm(dir, { recursive: true, force: true });
  return others.length;
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Makes the mirror, or takes up the one that an earlier process left, wherever that stopped. */
export async function openMirror(
  runGit: RunGit,
  dir: string,
  signal: AbortSignal,
): Promise<Mirror> {
  await prepareFolder(dir);
  const mirror = mirrorAt(runGit, dir);
  const init = ['init', '--quiet', '--bare', '--template=', dir];
  expectSuccess('git init', await runGit(localCommand(init, { signal })));
  for (const [key, value] of mirrorConfig) {
    expectSuccess('git config', await mirror.local(['config', key, value], { signal }));
  }
  const tree = await mirror.writeObject('tree', new Uint8Array(), signal);
  if (tree !== EMPTY_TREE) throw new BzzzError('git_failed', `the empty tree became ${tree}`);
  return mirror;
}

function mirrorAt(runGit: RunGit, dir: string): Mirror {
  const local: Mirror['local'] = (args, options) =>
    runGit(localCommand([`--git-dir=${dir}`, ...args], options));
  return {
    dir,
    local,
    async writeObject(type, content, signal) {
      const args = ['hash-object', '-w', '-t', type, '--stdin'];
      const outcome = await local(args, { input: content, signal });
      return expectSuccess('git hash-object', outcome).stdout.toString('latin1').trim();
    },
    async present(oids, signal) {
      const args = ['cat-file', '--batch-check=%(objectname) %(objecttype)'];
      const input = Buffer.from(oids.map((oid) => `${oid}\n`).join(''), 'latin1');
      const outcome = expectSuccess('git cat-file', await local(args, { input, signal }));
      const lines = new Set(outcome.stdout.toString('latin1').split('\n'));
      return new Set(oids.filter((oid) => lines.has(`${oid} commit`)));
    },
  };
}

export function expectSuccess(what: string, outcome: GitOutcome): GitOutcome {
  if (outcome.exitCode !== 0) throw localFailure(what, outcome);
  return outcome;
}

function localCommand(args: readonly string[], options: LocalOptions) {
  return { args, env: localGitEnvironment(), timeoutMs: localTimeoutMs, ...options };
}

async function prepareFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await removeLeftovers(dir);
  } catch (error) {
    throw new BzzzError('git_failed', `the mirror's folder: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * A git that was killed leaves lock files that would stop every later one, and half a pack. The
 * folder belongs to this process alone, and it runs no git there yet, so they are nobody's.
 */
async function removeLeftovers(dir: string): Promise<void> {
  const isLeftover = (file: string): boolean =>
    file.endsWith('.lock') || /^objects\/(?:pack\/)?tmp_/.test(file);
  const within = async (sub: string, recursive: boolean): Promise<string[]> => {
    const names = await readdir(path.join(dir, sub), { recursive }).catch(absentIsEmpty);
    return names.map((name) => path.join(sub, name));
  };
  const files = await Promise.all([
    within('', false),
    within('refs', true),
    within('objects', false),
    within('objects/pack', false),
  ]);
  for (const file of files.flat().filter(isLeftover)) {
    await rm(path.join(dir, file), { force: true, recursive: true });
  }
}

function absentIsEmpty(error: unknown): string[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}
