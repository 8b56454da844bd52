/** A bare repository as anybody can look at it: with plain git, and the protocol's own words. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createIdentity, createSigner } from '@bzzz/mesh';
import {
  decodeLockCommit,
  EMPTY_TREE,
  type LockRecord,
  lockSigningBytes,
  RepoName,
} from '@bzzz/protocol';
import { type ForgeProcess, tokenOf } from './forge.ts';
import type { Stage } from './stage.ts';

const run = promisify(execFile);

export interface LockCommit {
  readonly oid: string;
  readonly record: LockRecord;
}

/** What git prints. Throws with git's own words. */
export async function git(gitDir: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', gitDir, ...args], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trimEnd();
}

/** Every ref with its tip. */
export async function refs(gitDir: string): Promise<ReadonlyMap<string, string>> {
  const text = await git(gitDir, 'for-each-ref', '--format=%(refname) %(objectname)');
  return new Map(
    text.split('\n').map((line) => {
      const [ref = '', oid = ''] = line.split(' ');
      return [ref, oid] as const;
    }),
  );
}

/** Undefined when the branch does not exist. */
export async function tipOf(gitDir: string, branch: string): Promise<string | undefined> {
  return (await refs(gitDir)).get(`refs/heads/${branch}`);
}

interface Pushing {
  readonly login: string;
  readonly branch: string;
  /** What the commit writes; default: a line in a file of that person. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * One commit of a person on top of a branch, or on `main` where there is no such branch, pushed as
 * people push: from a clone, over HTTP. Returns its id.
 */
export async function pushAsPerson(
  stage: Stage,
  forge: ForgeProcess,
  { login, branch, files = {} }: Pushing,
): Promise<string> {
  const dir = await mkdtemp(join(stage.dir, 'clone-'));
  const url = new URL(`${forge.url}/${forge.repo}.git`);
  url.username = login;
  url.password = tokenOf(login);
  await run('git', ['clone', '--quiet', url.href, dir]);
  const start = (await tipOf(forge.gitDir, branch)) ?? 'main';
  await git(dir, 'checkout', '--quiet', '--detach', start);
  for (const [path, text] of Object.entries(files)) await writeFile(join(dir, path), text);
  if (Object.keys(files).length === 0) {
    await appendFile(join(dir, `${login}.txt`), 'Let me do this.\n');
  }
  await git(dir, 'add', '.');
  const person = ['-c', `user.name=${login}`, '-c', `user.email=${login}@bzzz.invalid`];
  await git(dir, ...person, 'commit', '--quiet', '-m', 'By hand');
  await git(dir, 'push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
  return git(dir, 'rev-parse', 'HEAD');
}

/**
 * Who held a task, oldest first. Every commit is of the empty tree, stands on the one before, is
 * in canonical form, and is signed by the peer that it names.
 */
export async function lockChain(
  { gitDir, repo }: { readonly gitDir: string; readonly repo: string },
  number: number,
): Promise<LockCommit[]> {
  const log = await git(gitDir, 'log', '--reverse', '--format=%H %T %P', `bzzz/lock/${number}`);
  const signer = createSigner(await createIdentity());
  const chain: LockCommit[] = [];
  for (const line of log.split('\n')) {
    const [oid = '', tree, ...parents] = line.trim().split(' ');
    assert.equal(tree, EMPTY_TREE);
    assert.deepEqual(
      parents,
      chain.slice(-1).map((below) => below.oid),
    );
    const commit = decodeLockCommit(RepoName.parse(repo), await commitBytes(gitDir, oid));
    const { record, signature } = commit;
    assert.ok(await signer.verify(record.peer, lockSigningBytes(commit), signature));
    assert.equal(record.task, `${repo}#${number}`);
    chain.push({ oid, record });
  }
  return chain;
}

/** State and epoch of each commit, renewals left out: `held 1`, `held 2`, `result 2`. */
export function storyOf(chain: readonly LockCommit[]): string[] {
  const steps = chain.map(({ record }) => `${record.state} ${record.epoch}`);
  return steps.filter((step, index) => step !== steps[index - 1]);
}

/** Commits never change, and a chain is looked at again and again. */
const commits = new Map<string, Uint8Array>();

async function commitBytes(gitDir: string, oid: string): Promise<Uint8Array> {
  const known = commits.get(oid);
  if (known !== undefined) return known;
  const { stdout } = await run('git', ['-C', gitDir, 'cat-file', 'commit', oid], {
    encoding: 'buffer',
  });
  const bytes = new Uint8Array(stdout);
  commits.set(oid, bytes);
  return bytes;
}
