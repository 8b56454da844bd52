import { afterAll, beforeAll, expect, test } from 'vitest';
import { bench, errorOf, statusOf } from './support.ts';
import type { Bench } from './support.ts';

const demo = { owner: 'ada', repo: 'demo' };
let timeMs = Date.parse('2026-01-01T00:00:00Z');
let on: Bench;
beforeAll(async () => {
  on = await bench({
    now: () => timeMs,
    limits: { contentPerMinute: 10_000, contentPerHour: 10_000, pointsPerMinute: 100_000 },
  });
});
afterAll(() => on.close());

const ada = () => on.octokit('token-ada').rest;
const bob = () => on.octokit('token-bob').rest;
const eve = () => on.octokit('token-eve').rest;
async function issue(as = ada()): Promise<number> {
  return (await as.issues.create({ ...demo, title: 'A title', body: 'A body' })).data.number;
}

test('assignees: 201, additive, unknown and powerless names ignored without a word', async () => {
  const issue_number = await issue();
  const first = await ada().issues.addAssignees({ ...demo, issue_number, assignees: ['bob'] });
  expect(first.status).toBe(201);
  const second = await ada().issues.addAssignees({
    ...demo,
    issue_number,
    assignees: ['ada', 'eve', 'nobody', 'bob'],
  });
  expect(second.data.assignees?.map((user) => user.login)).toEqual(['bob', 'ada']);
  const third = await ada().issues.removeAssignees({
    ...demo,
    issue_number,
    assignees: ['bob', 'nobody'],
  });
  expect(third.status).toBe(200);
  expect(third.data.assignees?.map((user) => user.login)).toEqual(['ada']);
});

test('assignees: who has no push access changes nothing and hears nothing', async () => {
  const issue_number = await issue();
  const reply = await eve().issues.addAssignees({ ...demo, issue_number, assignees: ['ada'] });
  expect(reply.status).toBe(201);
  expect(reply.data.assignees).toEqual([]);
});

test('assignees: at most ten', async () => {
  const logins = Array.from({ length: 12 }, (_, at) => `helper${at}`);
  for (const login of logins) await on.forge.addUser({ login });
  await on.forge.seed({ ...demo, name: 'demo', collaborators: logins });
  const issue_number = await issue();
  const reply = await ada().issues.addAssignees({ ...demo, issue_number, assignees: logins });
  expect(reply.data.assignees?.map((user) => user.login)).toEqual(logins.slice(0, 10));
});

test('an issue that names an unassignable person is refused, and not made', async () => {
  const before = (await ada().issues.listForRepo({ ...demo, state: 'all', per_page: 100 })).data
    .length;
  expect(await statusOf(ada().issues.create({ ...demo, title: 'x', assignees: ['nobody'] }))).toBe(
    422,
  );
  const after = (await ada().issues.listForRepo({ ...demo, state: 'all', per_page: 100 })).data
    .length;
  expect(after).toBe(before);
});

test('a stranger can file and edit his own issue, but neither label nor touch others', async () => {
  const reply = await eve().issues.create({
    ...demo,
    title: 'Eve',
    labels: ['bzzz'],
    assignees: ['eve'],
  });
  expect(reply.data.labels).toEqual([]);
  expect(reply.data.assignees).toEqual([]);
  const own = { ...demo, issue_number: reply.data.number };
  expect((await eve().issues.update({ ...own, title: 'Eve again' })).data.title).toBe('Eve again');
  expect(await statusOf(eve().issues.addLabels({ ...own, labels: ['bzzz'] }))).toBe(403);
  const others = { ...demo, issue_number: await issue() };
  expect(await statusOf(eve().issues.update({ ...others, state: 'closed' }))).toBe(403);
});

test('author_association: owner, collaborator, none', async () => {
  const of = async (as: ReturnType<typeof ada>): Promise<string | undefined> => {
    const reply = await as.issues.create({ ...demo, title: 'x' });
    const comment = await as.issues.createComment({
      ...demo,
      issue_number: reply.data.number,
      body: 'y',
    });
    expect(comment.data.author_association).toBe(reply.data.author_association);
    return reply.data.author_association;
  };
  expect(await of(ada())).toBe('OWNER');
  expect(await of(bob())).toBe('COLLABORATOR');
  expect(await of(eve())).toBe('NONE');
});

test('events tell who labelled and renamed, and when', async () => {
  const issue_number = await issue(eve());
  timeMs = Date.parse('2026-01-01T10:00:00.750Z');
  await bob().issues.addLabels({ ...demo, issue_number, labels: ['bzzz'] });
  timeMs = Date.parse('2026-01-01T11:00:00Z');
  await eve().issues.update({ ...demo, issue_number, title: 'Other' });
  timeMs = Date.parse('2026-01-01T12:00:00Z');
  await bob().issues.removeLabel({ ...demo, issue_number, name: 'bzzz' });
  await bob().issues.createComment({ ...demo, issue_number, body: 'hello' });
  const events = (await ada().issues.listEvents({ ...demo, issue_number })).data;
  expect(events.map((event) => [event.event, event.actor?.login, event.created_at])).toEqual([
    ['labeled', 'bob', '2026-01-01T10:00:00Z'],
    ['renamed', 'eve', '2026-01-01T11:00:00Z'],
    ['unlabeled', 'bob', '2026-01-01T12:00:00Z'],
  ]);
  expect(events[0]).toMatchObject({ label: { name: 'bzzz', color: 'fbca04' } });
  expect(events[1]).toMatchObject({ rename: { from: 'A title', to: 'Other' } });
  const timeline = (await ada().issues.listEventsForTimeline({ ...demo, issue_number })).data;
  expect(timeline.map((entry) => entry.event)).toEqual([
    'labeled',
    'renamed',
    'unlabeled',
    'commented',
  ]);
});

test('labels: add, set, remove, 404 for one that is not there', async () => {
  const issue_number = await issue();
  const names = (list: { name?: string }[]): unknown[] => list.map((label) => label.name);
  const added = await ada().issues.addLabels({
    ...demo,
    issue_number,
    labels: ['bzzz', 'new one'],
  });
  expect(names(added.data)).toEqual(['bzzz', 'new one']);
  const set = await ada().issues.setLabels({ ...demo, issue_number, labels: ['other'] });
  expect(names(set.data)).toEqual(['other']);
  expect(await statusOf(ada().issues.removeLabel({ ...demo, issue_number, name: 'bzzz' }))).toBe(
    404,
  );
  expect((await ada().issues.removeLabel({ ...demo, issue_number, name: 'other' })).data).toEqual(
    [],
  );
  expect(await statusOf(ada().issues.createLabel({ ...demo, name: 'BZZZ' }))).toBe(422);
});

test('comments: create, edit in place, list since, delete; only the author or a maintainer', async () => {
  const issue_number = await issue();
  timeMs = Date.parse('2026-02-01T00:00:00Z');
  const old = (await bob().issues.createComment({ ...demo, issue_number, body: 'one' })).data;
  timeMs = Date.parse('2026-02-01T01:00:00Z');
  const comment = (await bob().issues.createComment({ ...demo, issue_number, body: 'two' })).data;
  const listed = await ada().issues.listComments({
    ...demo,
    issue_number,
    since: '2026-02-01T00:30:00Z',
  });
  expect(listed.data.map((one) => one.id)).toEqual([comment.id]);
  timeMs = Date.parse('2026-02-01T02:00:00Z');
  const edited = await bob().issues.updateComment({
    ...demo,
    comment_id: old.id,
    body: 'one, edited',
  });
  expect(edited.data).toMatchObject({
    id: old.id,
    body: 'one, edited',
    created_at: '2026-02-01T00:00:00Z',
    updated_at: '2026-02-01T02:00:00Z',
  });
  expect(
    await statusOf(eve().issues.updateComment({ ...demo, comment_id: old.id, body: 'mine' })),
  ).toBe(403);
  expect(await statusOf(ada().issues.createComment({ ...demo, issue_number, body: ' ' }))).toBe(
    422,
  );
  expect((await ada().issues.get({ ...demo, issue_number })).data.comments).toBe(2);
  expect((await ada().issues.deleteComment({ ...demo, comment_id: old.id })).status).toBe(204);
  expect((await ada().issues.get({ ...demo, issue_number })).data.comments).toBe(1);
});

test('the issue list: state, labels, since, order by update, pages with links to this host', async () => {
  timeMs = Date.parse('2026-03-01T00:00:00Z');
  const numbers: number[] = [];
  for (const hour of [1, 2, 3]) {
    timeMs = Date.parse(`2026-03-01T0${hour}:00:00Z`);
    const made = await ada().issues.create({
      ...demo,
      title: `At ${hour}`,
      labels: ['list', `h${hour}`],
    });
    numbers.push(made.data.number);
  }
  timeMs = Date.parse('2026-03-01T05:00:00Z');
  await ada().issues.update({ ...demo, issue_number: numbers[0] ?? 0, state: 'closed' });
  const list = async (query: object): Promise<number[]> =>
    (await ada().issues.listForRepo({ ...demo, labels: 'list', ...query })).data.map(
      (one) => one.number,
    );
  const [first, second, third] = numbers;
  expect(await list({})).toEqual([third, second]);
  expect(await list({ state: 'closed' })).toEqual([first]);
  expect(await list({ state: 'all', sort: 'updated' })).toEqual([first, third, second]);
  expect(await list({ state: 'all', since: '2026-03-01T03:00:00Z' })).toEqual([third, first]);
  expect(await list({ state: 'all', since: '2026-03-01T03:00:00+00:00' })).toEqual([third, first]);
  expect(await list({ labels: 'list,h2' })).toEqual([second]);
  expect(await list({ labels: 'list,absent' })).toEqual([]);
  const page = await ada().issues.listForRepo({
    ...demo,
    labels: 'list',
    state: 'all',
    per_page: 1,
    page: 2,
  });
  expect(page.data.map((one) => one.number)).toEqual([second]);
  const link = page.headers.link ?? '';
  expect(link).toContain('rel="next"');
  for (const [, target] of link.matchAll(/<([^>]+)>/g))
    expect(target).toContain(`${on.forge.url}/repos/ada/demo/issues?`);
  const all = await on.octokit('token-ada').paginate('GET /repos/{owner}/{repo}/issues', {
    ...demo,
    labels: 'list',
    state: 'all',
    per_page: 1,
  });
  expect(all).toHaveLength(3);
});

test('closing sets who, when and why; reopening clears it', async () => {
  const issue_number = await issue();
  const closed = (
    await ada().issues.update({
      ...demo,
      issue_number,
      state: 'closed',
      state_reason: 'not_planned',
    })
  ).data;
  expect(closed).toMatchObject({
    state: 'closed',
    state_reason: 'not_planned',
    closed_by: { login: 'ada' },
  });
  const open = (await ada().issues.update({ ...demo, issue_number, state: 'open' })).data;
  expect(open).toMatchObject({ state: 'open', closed_at: null, closed_by: null });
});

test('too long a body is refused', async () => {
  const error = await errorOf(
    ada().issues.create({ ...demo, title: 'x', body: 'y'.repeat(65_537) }),
  );
  expect(error).toMatchObject({ status: 422, response: { data: { errors: [{ field: 'body' }] } } });
});

test('what the forge does not serve it refuses, rather than answer wrongly', async () => {
  expect(await statusOf(ada().repos.getReadme(demo))).toBe(501);
  expect(await statusOf(ada().repos.delete(demo))).toBe(501);
  expect(await statusOf(ada().repos.listWebhooks(demo))).toBe(501);
  expect(await statusOf(ada().issues.create({ ...demo, title: 'x', milestone: 1 }))).toBe(501);
});
