import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedRepository } from '../src/index.ts';
import { bench, run } from './support.ts';
import type { Bench } from './support.ts';
import path from 'node:path';

let on: Bench;
beforeAll(async () => {
  on = await bench();
});
afterAll(() => on.close());

const seed = {
  owner: 'ada',
  name: 'sample',
  description: 'A sample',
  collaborators: ['bob'],
  filesDir: path.join(import.meta.dirname, 'fixtures/sample'),
  labels: [{ name: 'bzzz', color: 'fbca04' }],
  issues: [
    { title: 'First', body: 'one', author: 'ada', labels: ['bzzz', 'bug'], assignees: ['bob'] },
    { title: 'Second', body: 'two', author: 'eve', labels: ['bzzz'] },
  ],
};
const at = { owner: 'ada', repo: 'sample' };

test('a folder becomes the first commit, with labels and issues by their authors', async () => {
  expect(await seedRepository(on.forge, seed)).toEqual({ created: true, issues: [1, 2] });
  const issues = (
    await on.octokit('token-ada').rest.issues.listForRepo({ ...at, direction: 'asc' })
  ).data;
  expect(issues.map((one) => [one.title, one.user?.login, one.author_association])).toEqual([
    ['First', 'ada', 'OWNER'],
    ['Second', 'eve', 'NONE'],
  ]);
  expect(issues[0]).toMatchObject({
    labels: [{ name: 'bzzz' }, { name: 'bug' }],
    assignees: [{ login: 'bob' }],
  });
  await run('git', ['clone', '--quiet', on.forge.gitUrl('ada', 'sample'), 'plain'], on.dir);
  expect(await run('git', ['ls-files', '-s'], `${on.dir}/plain`)).toMatch(/100755 \w+ 0\trun\.sh/);
  expect(await run('git', ['branch', '--show-current'], `${on.dir}/plain`)).toBe('main');
});

test('a second run changes nothing, not even what has moved on', async () => {
  const rest = on.octokit('token-ada').rest;
  await rest.issues.update({
    ...at,
    issue_number: 1,
    title: 'Renamed',
    state: 'closed',
    labels: [],
  });
  await rest.issues.deleteLabel({ ...at, name: 'bzzz' });
  await rest.repos.removeCollaborator({ ...at, username: 'bob' });
  const sha = (await rest.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha;
  expect(await seedRepository(on.forge, seed)).toEqual({ created: false, issues: [1, 2] });
  await on.restart();
  expect(await seedRepository(on.forge, seed)).toEqual({ created: false, issues: [1, 2] });
  const after = on.octokit('token-ada').rest;
  expect((await after.issues.get({ ...at, issue_number: 1 })).data).toMatchObject({
    title: 'Renamed',
    state: 'closed',
    labels: [],
  });
  expect((await after.issues.listLabelsForRepo(at)).data.map((one) => one.name)).toEqual(['bug']);
  expect((await after.repos.listCollaborators(at)).data.map((one) => one.login)).toEqual(['ada']);
  expect((await after.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha).toBe(sha);
});

test('a repository alone is something, too', async () => {
  const alone = { owner: 'ada', name: 'alone' };
  expect(await seedRepository(on.forge, alone)).toEqual({ created: true, issues: [] });
  expect(await seedRepository(on.forge, alone)).toEqual({ created: false, issues: [] });
});

test('an author who is nobody is refused', async () => {
  const issues = [{ title: 'x', body: 'y', author: 'nobody' }];
  await expect(seedRepository(on.forge, { ...seed, issues })).rejects.toMatchObject({
    code: 'forge_config',
  });
});
