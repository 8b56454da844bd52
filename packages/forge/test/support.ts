import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Octokit } from '@octokit/rest';
import { createForge } from '../src/index.ts';
import type { Forge, ForgeOptions } from '../src/index.ts';

/** A forge with an owner, a collaborator, a stranger, and one repository with a first commit. */
export const users = [
  { login: 'ada', token: 'token-ada' },
  { login: 'bob', token: 'token-bob' },
  { login: 'bob', token: 'token-bob-2' },
  { login: 'eve', token: 'token-eve' },
];

export interface Bench {
  readonly forge: Forge;
  readonly dir: string;
  readonly dataDir: string;
  octokit(token?: string): Octokit;
  /** Runs git in the folder; rejects with git's words when it fails. */
  git(cwd: string, ...args: string[]): Promise<string>;
  /** A fresh clone as that user. */
  clone(token: string): Promise<string>;
  remote(token: string): string;
  restart(): Promise<Forge>;
  close(): Promise<void>;
}

export async function bench(options: Partial<ForgeOptions> = {}): Promise<Bench> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'bzzz-forge-'));
  const dataDir = path.join(dir, 'data');
  const start = (): Promise<Forge> => createForge({ dataDir, users, ...options });
  let forge = await start();
  let clones = 0;
  await forge.seed({
    owner: 'ada',
    name: 'demo',
    collaborators: ['bob'],
    filesDir: path.join(import.meta.dirname, 'fixtures/sample'),
    labels: [{ name: 'bzzz', color: 'fbca04', description: 'For bzzz' }],
  });
  const self: Bench = {
    get forge() {
      return forge;
    },
    dir,
    dataDir,
    octokit: (token) => quietOctokit(forge.url, token),
    git: (cwd, ...args) => run('git', args, cwd),
    remote: (token) => forge.gitUrl('ada', 'demo').replace('http://', `http://x:${token}@`),
    async clone(token) {
      const target = path.join(dir, `clone-${(clones += 1)}`);
      await run('git', ['clone', '--quiet', self.remote(token), target], dir);
      return target;
    },
    async restart() {
      await forge.stop();
      forge = await start();
      return forge;
    },
    async close() {
      await forge.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return self;
}

export function quietOctokit(baseUrl: string, token?: string): Octokit {
  const silent = (): void => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  return new Octokit({ baseUrl, log, ...(token === undefined ? {} : { auth: token }) });
}

export function run(file: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, [...args], { cwd, env: cleanEnv() }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim());
      else reject(new Error(`${file} ${args.join(' ')}: ${stderr}`, { cause: error }));
    });
  });
}

/** Nothing of the machine's git configuration decides a test. */
function cleanEnv(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Test',
    GIT_AUTHOR_EMAIL: 'test@example.com',
    GIT_COMMITTER_NAME: 'Test',
    GIT_COMMITTER_EMAIL: 'test@example.com',
  };
}

/** The status with which a request was refused; 0 when it was not. */
export async function statusOf(work: Promise<unknown>): Promise<number> {
  const error = await errorOf(work);
  return typeof error === 'object' && error !== null && 'status' in error
    ? Number(error.status)
    : 0;
}

export async function errorOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return null;
  } catch (error) {
    return error;
  }
}

/** A commit with one file changed on a new branch, pushed. Returns its id. */
export async function pushBranch(on: Bench, branch: string, token = 'token-ada'): Promise<string> {
  const clone = await on.clone(token);
  await on.git(clone, 'checkout', '--quiet', '-b', branch);
  await run('sh', ['-c', `echo ${branch} >> NOTES.md`], clone);
  await on.git(clone, 'add', '-A');
  await on.git(clone, 'commit', '--quiet', '-m', `Work on ${branch}`);
  await on.git(clone, 'push', '--quiet', 'origin', branch);
  return on.git(clone, 'rev-parse', 'HEAD');
}
