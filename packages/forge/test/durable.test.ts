import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createForge } from '../src/index.ts';
import { bench, errorOf, pushBranch, quietOctokit, run, statusOf, users } from './support.ts';

const demo = { owner: 'ada', repo: 'demo' };
let dir: string;
const running: ChildProcess[] = [];
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'bzzz-forge-'));
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  await rm(dir, { recursive: true, force: true });
});

const config = {
  users,
  adminToken: 'admin',
  repos: [
    {
      owner: 'ada',
      name: 'demo',
      collaborators: ['bob'],
      filesDir: path.join(import.meta.dirname, 'fixtures/sample'),
      issues: [{ title: 'Seeded', body: 'b', author: 'eve', labels: ['bzzz'] }],
    },
  ],
};

/** The process entry, from its sources: node strips the types, the condition finds the packages’ sources. */
async function startProcess(more: object = {}): Promise<{ child: ChildProcess; url: string }> {
  const file = path.join(dir, 'config.json');
  await writeFile(file, JSON.stringify({ ...config, ...more }));
  const main = path.join(import.meta.dirname, '../src/main.ts');
  const args = [
    '--conditions=bzzz-source',
    main,
    '--data',
    path.join(dir, 'data'),
    '--config',
    file,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, 'line');
  return { child, url: JSON.parse(String(line)).url };
}

test('a restart keeps everything: issues, comments, tokens, pull requests, refs, ids', async () => {
  const on = await bench();
  try {
    const ada = () => on.octokit('token-ada').rest;
    const { number } = (
      await on.octokit('token-eve').rest.issues.create({ ...demo, title: 'T', body: 'B' })
    ).data;
    await ada().issues.addLabels({ ...demo, issue_number: number, labels: ['bzzz'] });
    await ada().issues.addAssignees({ ...demo, issue_number: number, assignees: ['bob'] });
    await ada().issues.createComment({ ...demo, issue_number: number, body: 'c' });
    await on.forge.addUser({ login: 'late', token: 'token-late' });
    await pushBranch(on, 'kept');
    await ada().pulls.create({ ...demo, title: 'P', head: 'kept', base: 'main', draft: true });
    const paths = [
      `issues/${number}`,
      `issues/${number}/comments`,
      `issues/${number}/events`,
      'pulls/2',
      'git/ref/heads/kept',
      'issues?state=all',
    ];
    const look = (): Promise<string[]> =>
      Promise.all(
        paths.map(async (one) => {
          const text = await (await fetch(`${on.forge.url}/repos/ada/demo/${one}`)).text();
          // Another port after the restart.
          return text.replaceAll(new URL(on.forge.url).host, 'host');
        }),
      );
    const before = await look();
    await on.restart();
    expect(await look()).toEqual(before);
    expect((await on.octokit('token-late').rest.users.getAuthenticated()).data.login).toBe('late');
    expect((await ada().issues.create({ ...demo, title: 'Next' })).data.number).toBe(3);
  } finally {
    await on.close();
  }
});

test('what was answered survives kill -9, at any moment', async () => {
  const answered: string[] = [];
  for (const round of [1, 2, 3]) {
    const { child, url } = await startProcess();
    const ada = quietOctokit(url, 'token-ada').rest;
    const kept = (await ada.issues.listForRepo({ ...demo, per_page: 100 })).data.map(
      (one) => one.title,
    );
    expect(kept).toEqual(expect.arrayContaining(answered));
    const writes = Array.from({ length: 20 }, async (_, at) => {
      const title = `round ${round}, ${at}`;
      if ((await statusOf(ada.issues.create({ ...demo, title }))) === 0) answered.push(title);
      if (at === 10) child.kill('SIGKILL');
    });
    await Promise.all(writes);
    if (child.signalCode === null) await once(child, 'exit');
    expect(answered.length).toBeGreaterThan(round);
  }
  const { child, url } = await startProcess();
  const listed = (
    await quietOctokit(url, 'token-ada').rest.issues.listForRepo({ ...demo, per_page: 100 })
  ).data;
  expect(listed.map((one) => one.title)).toEqual(expect.arrayContaining(answered));
  expect(listed.filter((one) => one.title === 'Seeded')).toHaveLength(1);
  const numbers = listed.map((one) => one.number);
  expect(new Set(numbers).size).toBe(numbers.length);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a push whose reply was lost in a kill -9 is in the pull request after the restart', async () => {
  const first = await startProcess();
  const remote = (url: string): string =>
    `${url.replace('http://', 'http://x:token-ada@')}/ada/demo.git`;
  const clone = path.join(dir, 'clone');
  await run('git', ['clone', '--quiet', remote(first.url), clone], dir);
  const commitAndPush = async (url: string): Promise<unknown> => {
    await run('git', ['commit', '--quiet', '--allow-empty', '-m', 'work'], clone);
    return errorOf(run('git', ['push', '--quiet', remote(url), 'HEAD:refs/heads/work'], clone));
  };
  expect(await commitAndPush(first.url)).toBeNull();
  const pull = (
    await quietOctokit(first.url, 'token-ada').rest.pulls.create({
      ...demo,
      title: 'P',
      head: 'work',
      base: 'main',
    })
  ).data;
  // The ref moves, then the process dies inside its own post-receive hook, before any row changed.
  const hook = path.join(dir, 'data/ada/demo.git/hooks/post-receive');
  await writeFile(hook, `#!/bin/sh\nkill -9 ${first.child.pid}\n`, { mode: 0o755 });
  expect(await commitAndPush(first.url)).not.toBeNull();
  await rm(hook);
  const second = await startProcess();
  const fresh = (
    await quietOctokit(second.url, 'token-ada').rest.pulls.get({
      ...demo,
      pull_number: pull.number,
    })
  ).data;
  expect(fresh.head.sha).toBe(await run('git', ['rev-parse', 'HEAD'], clone));
  expect(fresh.commits).toBe(2);

  // The same with a commit on the default branch that closes an issue.
  await writeFile(hook, `#!/bin/sh\nkill -9 ${second.child.pid}\n`, { mode: 0o755 });
  await run('git', ['commit', '--quiet', '--allow-empty', '-m', 'Fixes #1'], clone);
  const pushed = run('git', ['push', '--quiet', remote(second.url), 'HEAD:refs/heads/main'], clone);
  expect(await errorOf(pushed)).not.toBeNull();
  await rm(hook);
  const third = quietOctokit((await startProcess()).url, 'token-ada').rest;
  expect((await third.issues.get({ ...demo, issue_number: 1 })).data.state).toBe('closed');
  const merged = (await third.pulls.get({ ...demo, pull_number: pull.number })).data;
  expect(merged).toMatchObject({ merged: true, state: 'closed' });
});

test('a torn last line was never answered and is dropped; other damage is refused', async () => {
  const dataDir = path.join(dir, 'data');
  const state = path.join(dataDir, '.state');
  const forge = await createForge({ dataDir, users });
  await forge.stop();
  const log = async (): Promise<string> => {
    const name = (await readdir(state)).find((one) => one.startsWith('log-'));
    return path.join(state, name ?? 'none');
  };
  await appendFile(await log(), '[{"table":"github.users","set":{"id":99,');
  const again = await createForge({ dataDir, users });
  expect(await statusOf(quietOctokit(again.url, 'token-ada').rest.users.getAuthenticated())).toBe(
    0,
  );
  await again.addUser({ login: 'after', token: 'token-after' });
  await again.stop();
  const third = await createForge({ dataDir, users });
  expect(await statusOf(quietOctokit(third.url, 'token-after').rest.users.getAuthenticated())).toBe(
    0,
  );
  await third.addUser({ login: 'more' });
  await third.stop();
  const file = await log();
  await writeFile(file, `garbage\n${await readFile(file, 'utf8')}`);
  await expect(createForge({ dataDir, users })).rejects.toMatchObject({ code: 'forge_state' });
});

test('one data folder, one forge', async () => {
  const dataDir = path.join(dir, 'data');
  const forge = await createForge({ dataDir });
  await expect(createForge({ dataDir })).rejects.toMatchObject({ code: 'forge_state' });
  await forge.stop();
  await forge.stop();
  const again = await createForge({ dataDir });
  await again.stop();
  const { child } = await startProcess();
  await expect(createForge({ dataDir })).rejects.toMatchObject({ code: 'forge_state' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (await createForge({ dataDir })).stop();
});

test('nothing but loopback, and a wrong configuration is said, not guessed', async () => {
  const dataDir = path.join(dir, 'data');
  await expect(createForge({ dataDir, host: '0.0.0.0' })).rejects.toMatchObject({
    code: 'forge_config',
  });
  await expect(createForge({ dataDir, users: [{ login: '../x' }] })).rejects.toMatchObject({
    code: 'forge_config',
  });
  const file = path.join(dir, 'config.json');
  await writeFile(file, JSON.stringify({ userz: [] }));
  const main = path.join(import.meta.dirname, '../src/main.ts');
  const error = await errorOf(
    run(
      process.execPath,
      ['--conditions=bzzz-source', main, '--data', dataDir, '--config', file],
      dir,
    ),
  );
  expect(String(error)).toMatch(/userz/);
});
