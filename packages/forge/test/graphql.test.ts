import { afterAll, beforeAll, expect, test } from 'vitest';
import { bench, errorOf } from './support.ts';
import type { Bench } from './support.ts';

const demo = { owner: 'ada', repo: 'demo' };
let timeMs = Date.parse('2026-01-01T00:00:00Z');
let on: Bench;
beforeAll(async () => {
  on = await bench({ now: () => timeMs });
});
afterAll(() => on.close());

const query = `query Text($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) {
    issue(number: $number) {
      lastEditedAt
      authorAssociation
      author { login }
      editor { login }
      userContentEdits(first: 5) { totalCount nodes { editedAt editor { login } } }
      timelineItems(first: 10, itemTypes: [LABELED_EVENT, RENAMED_TITLE_EVENT]) {
        nodes { __typename ... on LabeledEvent { createdAt actor { login } label { name } } ... on RenamedTitleEvent { previousTitle currentTitle } }
      }
    }
  }
}`;

test('who wrote the body last, and when; a new title is no edit of the body', async () => {
  const ada = on.octokit('token-ada');
  const made = (
    await on.octokit('token-eve').rest.issues.create({ ...demo, title: 'T', body: 'one' })
  ).data;
  const at = { ...demo, number: made.number };
  const before = await ada.graphql(query, at);
  expect(before).toMatchObject({
    repository: {
      issue: {
        lastEditedAt: null,
        authorAssociation: 'NONE',
        author: { login: 'eve' },
        editor: null,
        userContentEdits: { totalCount: 0, nodes: [] },
      },
    },
  });
  timeMs = Date.parse('2026-01-02T00:00:00Z');
  await ada.rest.issues.update({
    ...demo,
    issue_number: made.number,
    title: 'U',
    labels: ['bzzz'],
  });
  expect(await ada.graphql(query, at)).toMatchObject({
    repository: { issue: { lastEditedAt: null } },
  });
  timeMs = Date.parse('2026-01-03T00:00:00Z');
  await on
    .octokit('token-eve')
    .rest.issues.update({ ...demo, issue_number: made.number, body: 'two' });
  expect(await ada.graphql(query, at)).toMatchObject({
    repository: {
      issue: {
        lastEditedAt: '2026-01-03T00:00:00Z',
        editor: { login: 'eve' },
        userContentEdits: {
          totalCount: 2,
          nodes: [
            { editedAt: '2026-01-03T00:00:00Z', editor: { login: 'eve' } },
            { editedAt: '2026-01-01T00:00:00Z' },
          ],
        },
        timelineItems: {
          nodes: [
            { __typename: 'RenamedTitleEvent', previousTitle: 'T', currentTitle: 'U' },
            {
              __typename: 'LabeledEvent',
              createdAt: '2026-01-02T00:00:00Z',
              actor: { login: 'ada' },
              label: { name: 'bzzz' },
            },
          ],
        },
      },
    },
  });
});

test('aliases, fragments and defaults work; what does not exist is refused as on GitHub', async () => {
  const ask = on.octokit('token-ada').graphql;
  const aliased = await ask(
    `query ($n: Int = 1) { mine: viewer { ...who } repository(owner: "ada", name: "demo") { issue(number: $n) { n: number } } } fragment who on User { login }`,
  );
  expect(aliased).toEqual({ mine: { login: 'ada' }, repository: { issue: { n: 1 } } });
  const absent = await errorOf(ask(`{ repository(owner: "ada", name: "nope") { id } }`));
  expect(absent).toMatchObject({ errors: [{ type: 'NOT_FOUND', path: ['repository'] }] });
  const field = await errorOf(ask(`{ viewer { shoeSize } }`));
  expect(field).toMatchObject({
    errors: [
      {
        message: "Field 'shoeSize' doesn't exist on type 'User'",
        extensions: { code: 'undefinedField' },
      },
    ],
  });
  expect(await errorOf(ask(`{ viewer { login }`))).toMatchObject({
    errors: [{ message: 'Unexpected end of document' }],
  });
  const bounds = await errorOf(
    ask(
      `{ repository(owner: "ada", name: "demo") { issue(number: 1) { labels { nodes { name } } } } }`,
    ),
  );
  expect(bounds).toMatchObject({ errors: [{ type: 'MISSING_PAGINATION_BOUNDARIES' }] });
  expect(await errorOf(on.octokit().graphql('{ viewer { login } }'))).toMatchObject({
    status: 401,
  });
});
