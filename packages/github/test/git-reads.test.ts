/** Base, policy and fence, and what a git process leaves and shows. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { IssueNumber, limits, Oid, RepoName } from '@bzzz/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { codeOf } from './support/code-of.ts';
import { commandLines } from './support/command-lines.ts';
import { commitFiles, git } from './support/git.ts';
import { createGitBench, type GitBench } from './support/git-bench.ts';
import { lockBranch, lockOn, number, repo } from './support/locks.ts';

let bench: GitBench;
beforeEach(async () => {
  bench = await createGitBench();
});
afterEach(async () => {
  await bench.dispose();
});

it('keeps a mirror without a remote, and fetches only when the base has moved', async () => {
  const dataDir = await bench.folder();
  const forge = await bench.client({ dataDir });
  const { base, policy } = await forge.readBase(repo);
  expect(policy).toBe(null);
  expect(base).toEqual({
    branch: 'main',
    oid: await bench.tip('refs/heads/main'),
    mirror: path.join(dataDir, 'mirrors', 'owner', 'sample.git'),
  });
  expect(await git(base.mirror, ['remote'])).toBe('');
  expect(await git(base.mirror, ['show', `${base.oid}:README.md`])).toBe('# Sample');
  const before = forge.stats().gitReads;
  await forge.readBase(repo);
  expect(forge.stats().gitReads).toBe(before + 1);
});

it('reads the policy, and hands on one that is too large as too large', async () => {
  const forge = await bench.client();
  const main = Oid.parse(await bench.tip('refs/heads/main'));
  const small = await commitFiles(bench.origin, { '.bzzz/policy.yml': 'version: 1\n' }, main);
  await git(bench.origin, ['update-ref', 'refs/heads/main', small]);
  expect((await forge.readBase(repo)).policy).toBe('version: 1\n');
  const text = '#'.repeat(8 * limits.policyBytesMax);
  const large = await commitFiles(bench.origin, { '.bzzz/policy.yml': text }, small);
  await git(bench.origin, ['update-ref', 'refs/heads/main', large]);
  const { policy } = await forge.readBase(repo);
  expect(policy?.length).toBeGreaterThan(limits.policyBytesMax);
  expect(policy?.length).toBeLessThan(text.length);
});

it('follows a base branch that was rewritten', async () => {
  const forge = await bench.client();
  await forge.readBase(repo);
  const other = await commitFiles(bench.origin, { 'README.md': 'rewritten' }, null);
  await git(bench.origin, ['update-ref', 'refs/heads/main', other]);
  expect((await forge.readBase(repo)).base.oid).toBe(other);
});

it('answers forge_not_found for a repository without a commit, and for none', async () => {
  const forge = await bench.client();
  const empty = RepoName.parse('owner/empty');
  await bench.server.createRepository(empty);
  expect(await codeOf(forge.readBase(empty))).toBe('forge_not_found');
  expect(await codeOf(forge.readBase(RepoName.parse('owner/none')))).toBe('forge_not_found');
});

it('reads exactly the two branches of the task', async () => {
  const forge = await bench.client();
  const lock = lockOn(null);
  await forge.push(repo, { number, lock });
  // These end like the lock branch of task 42, and start like it.
  const main = await bench.tip('refs/heads/main');
  for (const ref of [`refs/heads/${lockBranch}`, `${lockBranch}1`]) {
    await git(bench.origin, ['update-ref', ref, String(main)]);
  }
  const fence = { lock: { oid: lock.oid, commit: lock.commit }, result: null };
  expect(await (await bench.client()).readFence(repo, number)).toEqual(fence);
  const absent = await forge.readFence(repo, IssueNumber.parse(4));
  expect(absent).toEqual({ lock: null, result: null });
});

it('asks only for the refs when it knows the lock commit already', async () => {
  const [writer, reader] = [await bench.client(), await bench.client()];
  await writer.push(repo, { number, lock: lockOn(null) });
  await reader.readFence(repo, number);
  expect(reader.stats().gitReads).toBe(2);
  await reader.readFence(repo, number);
  expect(reader.stats().gitReads).toBe(3);
});

it.each([
  ['that compresses well', 'x'.repeat(100_000)],
  ['that does not', randomBytes(200_000).toString('hex')],
])('hands on a lock commit %s and is too large cut, never whole', async (_, text) => {
  const file = path.join(bench.origin, 'huge');
  const lock = lockOn(null);
  await git(bench.origin, ['hash-object', '-w', '-t', 'tree', '/dev/null']);
  await writeFile(file, `${Buffer.from(lock.commit).toString('utf8')}${text}`);
  const oid = await git(bench.origin, ['hash-object', '-w', '-t', 'commit', file]);
  await git(bench.origin, ['update-ref', lockBranch, oid]);
  const fence = await (await bench.client()).readFence(repo, number);
  expect(fence.lock?.oid).toBe(oid);
  expect(fence.lock?.commit.byteLength).toBe(limits.lockCommitBytesMax + 1);
});

it('goes on after a process that was killed in the middle of a fetch', async () => {
  const dataDir = await bench.folder();
  const { base } = await (await bench.client({ dataDir })).readBase(repo);
  const pack = 'objects/pack/tmp_pack_abc123';
  for (const left of ['config.lock', 'packed-refs.lock', 'refs/heads/main.lock', pack]) {
    await writeFile(path.join(base.mirror, left), '');
  }
  const next = await commitFiles(bench.origin, { 'b.txt': 'b' }, base.oid);
  await git(bench.origin, ['update-ref', 'refs/heads/main', next]);
  const restarted = await bench.client({ dataDir });
  expect((await restarted.readBase(repo)).base.oid).toBe(next);
  expect(await readdir(path.join(base.mirror, 'objects/pack'))).not.toContain('tmp_pack_abc123');
});

it('keeps nobody from a fence while the base is being fetched', async () => {
  const forge = await bench.client();
  const fetching = Promise.withResolvers<void>();
  bench.server.fault = (request) => {
    // The first POST reads the refs, the second is the fetch.
    const posts = bench.server.requests.filter((one) => one.startsWith('POST')).length;
    if (!request.startsWith('POST') || posts !== 2) return undefined;
    fetching.resolve();
    return { kind: 'silence' };
  };
  const base = codeOf(forge.readBase(repo));
  await fetching.promise;
  expect(await forge.readFence(repo, number)).toEqual({ lock: null, result: null });
  await forge.close();
  expect(await base).toBe('aborted');
});

it('says what a failing forge said: unreachable, unauthorized, limited', async () => {
  const forge = await bench.client();
  const codeWith = async (status: number, headers = {}): Promise<string> => {
    bench.server.fault = () => ({ kind: 'status', status, headers });
    return await codeOf(forge.readFence(repo, number));
  };
  expect(await codeWith(503)).toBe('forge_unreachable');
  expect(await codeWith(401)).toBe('forge_unauthorized');
  expect(await codeWith(403)).toBe('forge_unauthorized');
  expect(await codeWith(403, { 'retry-after': '3' })).toBe('forge_rate_limited');
  bench.server.fault = () => ({ kind: 'cut' });
  expect(await codeOf(forge.readFence(repo, number))).toBe('forge_unreachable');
});

it('does not send the credential after a redirect', async () => {
  const forge = await bench.client();
  const location = `${bench.server.url}/elsewhere.git/info/refs?service=git-upload-pack`;
  bench.server.fault = (request) =>
    request.includes('elsewhere')
      ? undefined
      : { kind: 'status', status: 302, headers: { location } };
  expect(await codeOf(forge.readFence(repo, number))).toBe('forge_not_found');
  expect(bench.server.requests.some((request) => request.includes('elsewhere'))).toBe(false);
});

it('ends the processes of a call that is cancelled, and of a forge that is closed', async () => {
  const forge = await bench.client();
  const silent = (): Promise<void> =>
    new Promise((resolve) => {
      bench.server.fault = () => {
        resolve();
        return { kind: 'silence' };
      };
    });
  const stop = new AbortController();
  const asked = silent();
  const cancelled = codeOf(forge.readFence(repo, number, { signal: stop.signal }));
  await asked;
  stop.abort();
  expect(await cancelled).toBe('aborted');

  const askedAgain = silent();
  const closed = codeOf(forge.readFence(repo, number));
  await askedAgain;
  await forge.close();
  expect(await closed).toBe('aborted');
  expect(await codeOf(forge.readFence(repo, number))).toBe('aborted');
  expect(commandLines().filter((line) => line.includes(bench.server.url))).toEqual([]);
});

it('shows the token neither in arguments nor on disk, and sends it with the first request', async () => {
  const dataDir = await bench.folder();
  const forge = await bench.client({ dataDir });
  const shown: string[] = [];
  bench.server.fault = () => {
    // Git waits for this answer: its processes are looked at while they run.
    shown.push(...commandLines());
    return undefined;
  };
  await forge.push(repo, { number, lock: lockOn(null) });
  await forge.readBase(repo);
  expect(shown.join('\n')).toContain('force-with-lease');
  shown.push(...(await contentsOf(dataDir)));
  const basic = Buffer.from('x-access-token:secret-token').toString('base64');
  expect(shown.join('\n')).not.toContain('secret-token');
  expect(shown.join('\n')).not.toContain(basic);
  expect(new Set(bench.server.authorizations)).toEqual(new Set([`Basic ${basic}`]));
});

async function contentsOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return await Promise.all(
    files.map((entry) => readFile(path.join(entry.parentPath, entry.name), 'latin1')),
  );
}

it('goes on from no work that does not stand on the base branch as it is now', async () => {
  const forge = await bench.client();
  const { base } = await forge.readBase(repo);
  const work = await commitFiles(base.mirror, { 'a.txt': 'a' }, base.oid);
  expect(await forge.readWork(repo, work, base)).toEqual(base);
  const further = await commitFiles(base.mirror, { 'a.txt': 'b' }, work);
  expect(await forge.readWork(repo, further, base)).toBeNull();
  const unknown = Oid.parse('7'.repeat(40));
  expect(await codeOf(forge.readWork(repo, unknown, base))).not.toBe('none');
});
