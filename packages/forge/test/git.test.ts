import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bench, errorOf, statusOf } from './support.ts';
import type { Bench } from './support.ts';

const demo = { owner: 'ada', repo: 'demo' };
let on: Bench;
beforeAll(async () => {
  on = await bench();
});
afterAll(() => on.close());
const ada = () => on.octokit('token-ada').rest;

/** A commit of the empty tree, as the lock branches have; different for every text. */
async function emptyCommit(clone: string, text: string, parent?: string): Promise<string> {
  const tree = await on.git(clone, 'hash-object', '-t', 'tree', '-w', '/dev/null');
  return on.git(
    clone,
    'commit-tree',
    tree,
    '-m',
    text,
    ...(parent === undefined ? [] : ['-p', parent]),
  );
}

async function tipOf(ref: string): Promise<string> {
  return (await ada().git.getRef({ ...demo, ref: `heads/${ref}` })).data.object.sha;
}

async function push(clone: string, ...args: string[]): Promise<boolean> {
  return (await errorOf(on.git(clone, 'push', '--quiet', ...args))) === null;
}

test('eight pushes at once create one branch with eight different commits: exactly one wins', async () => {
  const clones = await Promise.all(Array.from({ length: 8 }, () => on.clone('token-bob')));
  for (const round of [1, 2, 3]) {
    const ref = `bzzz/lock/${round}`;
    const commits = await Promise.all(clones.map((clone, at) => emptyCommit(clone, `peer ${at}`)));
    const won = await Promise.all(
      clones.map((clone, at) =>
        push(
          clone,
          `--force-with-lease=refs/heads/${ref}:`,
          'origin',
          `${commits[at]}:refs/heads/${ref}`,
        ),
      ),
    );
    const winners = won.flatMap((win, at) => (win ? [commits[at]] : []));
    expect(winners).toHaveLength(1);
    expect(await tipOf(ref)).toBe(winners[0]);
  }
});

test('a lease on an old tip is refused, on the right one it moves the branch', async () => {
  const clone = await on.clone('token-ada');
  const first = await emptyCommit(clone, 'epoch 1');
  const second = await emptyCommit(clone, 'epoch 2', first);
  const late = await emptyCommit(clone, 'late', first);
  const ref = 'refs/heads/bzzz/lock/90';
  expect(await push(clone, `--force-with-lease=${ref}:`, 'origin', `${first}:${ref}`)).toBe(true);
  expect(
    await push(clone, `--force-with-lease=${ref}:${first}`, 'origin', `${second}:${ref}`),
  ).toBe(true);
  expect(await push(clone, `--force-with-lease=${ref}:${first}`, 'origin', `${late}:${ref}`)).toBe(
    false,
  );
  expect(await tipOf('bzzz/lock/90')).toBe(second);
});

test('an atomic pair moves both branches or none', async () => {
  const clone = await on.clone('token-ada');
  const held = await emptyCommit(clone, 'held');
  const result = await emptyCommit(clone, 'result', held);
  const stolen = await emptyCommit(clone, 'stolen', held);
  const lock = 'refs/heads/bzzz/lock/91';
  const work = 'refs/heads/bzzz/issue-91';
  const main = await on.git(clone, 'rev-parse', 'HEAD');
  await push(clone, 'origin', `${held}:${lock}`);
  await push(clone, '--force', 'origin', `${stolen}:${lock}`);
  const pair = (expected: string): Promise<boolean> =>
    push(
      clone,
      '--atomic',
      `--force-with-lease=${lock}:${expected}`,
      `--force-with-lease=${work}:`,
      'origin',
      `${result}:${lock}`,
      `${main}:${work}`,
    );
  expect(await pair(held)).toBe(false);
  expect(await statusOf(tipOf('bzzz/issue-91'))).toBe(404);
  expect(await pair(stolen)).toBe(true);
  expect(await tipOf('bzzz/issue-91')).toBe(main);
  expect(await tipOf('bzzz/lock/91')).toBe(result);
});

test('the server’s own hook refuses, and its words reach the pusher', async () => {
  const hook = path.join(on.dataDir, 'ada/demo.git/hooks/update');
  await writeFile(
    hook,
    '#!/bin/sh\ncase "$1" in refs/heads/locked/*) echo "rule says no" >&2; exit 1;; esac\n',
  );
  await chmod(hook, 0o755);
  const clone = await on.clone('token-ada');
  const error = await errorOf(on.git(clone, 'push', 'origin', 'HEAD:refs/heads/locked/a'));
  expect(String(error)).toMatch(/rule says no[\s\S]*hook declined/);
  expect(await push(clone, 'origin', 'HEAD:refs/heads/free/a')).toBe(true);
});

test('a push larger than git’s buffer arrives in pieces and whole', async () => {
  const clone = await on.clone('token-ada');
  await writeFile(path.join(clone, 'large.bin'), randomBytes(3_000_000));
  await on.git(clone, 'add', '-A');
  await on.git(clone, 'commit', '--quiet', '-m', 'large');
  expect(await push(clone, 'origin', 'HEAD:refs/heads/large')).toBe(true);
  const again = await on.clone('token-bob');
  await on.git(again, 'checkout', '--quiet', 'large');
  expect(await on.git(again, 'rev-parse', 'HEAD^{tree}')).toBe(
    await on.git(clone, 'rev-parse', 'HEAD^{tree}'),
  );
});

test('what REST writes git fetches, with equal ids, and the other way round', async () => {
  const clone = await on.clone('token-ada');
  const main = await tipOf('main');
  const blob = (await ada().git.createBlob({ ...demo, content: 'made by REST\n' })).data.sha;
  const base = (await ada().git.getCommit({ ...demo, commit_sha: main })).data.tree.sha;
  const tree = (
    await ada().git.createTree({
      ...demo,
      base_tree: base,
      tree: [{ path: 'src/rest.txt', mode: '100644', type: 'blob', sha: blob }],
    })
  ).data;
  const commit = (
    await ada().git.createCommit({ ...demo, tree: tree.sha, parents: [main], message: 'By REST' })
  ).data;
  await ada().git.createRef({ ...demo, ref: 'refs/heads/by-rest', sha: commit.sha });
  await on.git(clone, 'fetch', '--quiet', 'origin', 'by-rest');
  expect(await on.git(clone, 'rev-parse', 'FETCH_HEAD')).toBe(commit.sha);
  expect(await on.git(clone, 'show', 'FETCH_HEAD:src/rest.txt')).toBe('made by REST');
  expect(await on.git(clone, 'show', 'FETCH_HEAD:src/one.js')).toBe('export const one = 1;');
  const file = await ada().repos.getContent({ ...demo, path: 'src/rest.txt', ref: 'by-rest' });
  expect(file.data).toMatchObject({ sha: blob, type: 'file', encoding: 'base64' });
  const compared = (
    await ada().repos.compareCommitsWithBasehead({ ...demo, basehead: 'main...by-rest' })
  ).data;
  expect(compared).toMatchObject({
    status: 'ahead',
    ahead_by: 1,
    files: [{ filename: 'src/rest.txt', status: 'added' }],
  });
});

test('contents: a new file, a change that names the old id, a stale one, a deletion', async () => {
  const at = { ...demo, path: 'docs/new.md', branch: 'main', message: 'docs' };
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  const made = await ada().repos.createOrUpdateFileContents({ ...at, content: encode('one') });
  expect(made.status).toBe(201);
  const sha = made.data.content?.sha ?? '';
  expect(
    await statusOf(ada().repos.createOrUpdateFileContents({ ...at, content: encode('two') })),
  ).toBe(422);
  const changed = await ada().repos.createOrUpdateFileContents({
    ...at,
    content: encode('two'),
    sha,
  });
  expect(changed.status).toBe(200);
  expect(await statusOf(ada().repos.deleteFile({ ...at, sha }))).toBe(409);
  await ada().repos.deleteFile({ ...at, sha: changed.data.content?.sha ?? '' });
  expect(await statusOf(ada().repos.getContent({ ...demo, path: at.path }))).toBe(404);
});

test('refs by REST: 422 where GitHub says so', async () => {
  const sha = await tipOf('main');
  const create = (ref: string, id = sha): Promise<number> =>
    statusOf(ada().git.createRef({ ...demo, ref, sha: id }));
  expect(await create('refs/x')).toBe(422);
  expect(await create('heads/x')).toBe(422);
  expect(await create('refs/heads/bad..name')).toBe(422);
  expect(await create('refs/heads/absent-object', '1'.repeat(40))).toBe(422);
  expect(await create('refs/heads/once')).toBe(0);
  expect(await create('refs/heads/once')).toBe(422);
  const clone = await on.clone('token-ada');
  const side = await emptyCommit(clone, 'side');
  await push(clone, 'origin', `${side}:refs/heads/side`);
  const move = (force: boolean): Promise<number> =>
    statusOf(ada().git.updateRef({ ...demo, ref: 'heads/once', sha: side, force }));
  expect(await move(false)).toBe(422);
  expect(await move(true)).toBe(0);
  expect(await statusOf(ada().git.updateRef({ ...demo, ref: 'heads/absent', sha }))).toBe(422);
  expect((await ada().git.deleteRef({ ...demo, ref: 'heads/once' })).status).toBe(204);
  expect(await statusOf(ada().git.deleteRef({ ...demo, ref: 'heads/once' }))).toBe(422);
  const stranger = on
    .octokit('token-eve')
    .rest.git.createRef({ ...demo, ref: 'refs/heads/eve', sha });
  expect(await statusOf(stranger)).toBe(403);
});

test('eight creations of one ref by REST: one is told 201', async () => {
  const sha = await tipOf('main');
  const all = Array.from({ length: 8 }, () =>
    statusOf(ada().git.createRef({ ...demo, ref: 'refs/heads/rest-race', sha })),
  );
  expect((await Promise.all(all)).filter((status) => status === 0)).toHaveLength(1);
});

test('branches with slashes are found; matching refs are listed', async () => {
  expect((await ada().repos.getBranch({ ...demo, branch: 'bzzz/lock/90' })).data.name).toBe(
    'bzzz/lock/90',
  );
  expect(await statusOf(ada().repos.getBranch({ ...demo, branch: 'bzzz/lock' }))).toBe(404);
  const refs = (await ada().git.listMatchingRefs({ ...demo, ref: 'heads/bzzz/lock/9' })).data;
  expect(refs.map((ref) => ref.ref)).toEqual([
    'refs/heads/bzzz/lock/90',
    'refs/heads/bzzz/lock/91',
  ]);
});

test('commit statuses are listed newest first and combined', async () => {
  const sha = await tipOf('main');
  const report = (context: string, state: 'pending' | 'success' | 'failure'): Promise<unknown> =>
    ada().repos.createCommitStatus({ ...demo, sha, context, state });
  await report('ci', 'pending');
  await report('lint', 'success');
  const state = async (): Promise<string> =>
    (await ada().repos.getCombinedStatusForRef({ ...demo, ref: 'main' })).data.state;
  expect(await state()).toBe('pending');
  await report('ci', 'success');
  expect(await state()).toBe('success');
  await report('ci', 'failure');
  expect(await state()).toBe('failure');
  const all = (await ada().repos.listCommitStatusesForRef({ ...demo, ref: 'main' })).data;
  expect(all.map((one) => `${one.context} ${one.state}`)).toEqual([
    'ci failure',
    'ci success',
    'lint success',
    'ci pending',
  ]);
});

test('stopping ends a push that hangs in a hook, hook and all', async () => {
  const other = await bench({ stopGraceMs: 100 });
  try {
    const pidFile = path.join(other.dir, 'pid');
    const hook = path.join(other.dataDir, 'ada/demo.git/hooks/pre-receive');
    const script = `#!/bin/sh\necho $$ > ${pidFile}.new && mv ${pidFile}.new ${pidFile}\nexec sleep 600\n`;
    await writeFile(hook, script, { mode: 0o755 });
    const clone = await other.clone('token-ada');
    const pushed = errorOf(other.git(clone, 'push', 'origin', 'HEAD:refs/heads/hangs'));
    const readPid = (): Promise<string> => readFile(pidFile, 'utf8').catch(() => '');
    await expect.poll(readPid, { timeout: 20_000 }).not.toBe('');
    const pid = Number(await readPid());
    await other.forge.stop();
    expect(await pushed).not.toBeNull();
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  } finally {
    await other.close();
  }
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('what is no request of git is turned down, and a compressed one is understood', async () => {
  const url = on.forge.gitUrl('ada', 'demo');
  const authorization = `Basic ${Buffer.from('x:token-ada').toString('base64')}`;
  const post = (headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer>) =>
    fetch(`${url}/git-upload-pack`, {
      method: 'POST',
      headers: { authorization, ...headers },
      body,
    });
  const ofGit = {
    'content-type': 'application/x-git-upload-pack-request',
    'git-protocol': 'version=2',
  };
  const refs = '0014command=ls-refs\n00010000';
  expect((await post({ 'content-type': 'text/plain' }, refs)).status).toBe(415);
  expect((await fetch(`${url}/git-upload-pack`, { headers: { authorization } })).status).toBe(405);
  const plain = await (await post(ofGit, refs)).text();
  expect(plain).toContain('refs/heads/main');
  const packed = new Uint8Array(gzipSync(refs));
  const compressed = await post({ ...ofGit, 'content-encoding': 'gzip' }, packed);
  expect(await compressed.text()).toBe(plain);
  const broken = await post({ ...ofGit, 'content-encoding': 'gzip' }, refs);
  expect(broken.status).toBe(400);
});
