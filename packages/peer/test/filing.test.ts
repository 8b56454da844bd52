/** Nothing is filed on which no peer would ever work. */
import { parsePolicy, RepoName } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { issueOf, offersOf } from '../src/operations/filing.ts';

const repo = RepoName.parse('acme/widgets');
const recipes = {
  rename: {
    description: 'Renames a thing.',
    run: ['rename', '{from}', '{to}'],
    accept: ['test'],
    parameters: { from: '[a-z]+', to: '[a-z]+' },
  },
  format: { run: ['fmt'], accept: ['check'] },
};
const policyOf = (more: object = {}) =>
  parsePolicy(JSON.stringify({ version: 1, recipes, ...more }));
const policy = policyOf({ labels: ['please', 'bzzz'] });
const rename = (parameters: Record<string, string>) => ({
  title: 'Rename',
  body: 'For people.',
  work: { recipe: 'rename', parameters },
});

it('offers are the recipes with their parameters, and whether plain words are worked on', () => {
  expect(offersOf(repo, policy)).toEqual({
    repo,
    plain: false,
    recipes: [
      {
        name: 'rename',
        description: 'Renames a thing.',
        parameters: [
          { name: 'from', pattern: '[a-z]+' },
          { name: 'to', pattern: '[a-z]+' },
        ],
      },
      { name: 'format', description: '', parameters: [] },
    ],
  });
});

it('a request is written below the words, with the first label of the policy', () => {
  const { body, labels } = issueOf(rename({ from: 'a', to: 'b' }), policy, repo);
  expect(body).toBe('For people.\n\n```\nrecipe: rename\nfrom: a\nto: b\n```\n');
  expect(labels).toEqual(['please']);
});

describe('an issue is not filed', () => {
  it.each([
    [
      'of a recipe that is not there',
      { ...rename({}), work: { recipe: 'nosuch', parameters: {} } },
    ],
    ['with a parameter that is not there', rename({ from: 'a', to: 'b', form: 'c' })],
    ['without one that is', rename({ from: 'a' })],
    ['with one that does not match', rename({ from: 'a', to: 'B' })],
    ['in plain words that nothing works on', { title: 'Mend it', body: 'It is broken.' }],
    [
      'whose text asks for something else',
      { ...rename({ from: 'a', to: 'b' }), body: 'recipe: format' },
    ],
  ])('%s', (_what, issue) => {
    expect(() => issueOf(issue, policy, repo)).toThrow(
      expect.objectContaining({ code: 'task_refused' }),
    );
  });

  it('and what there is instead is told', () => {
    expect(() => issueOf({ title: 'Mend it', body: '' }, policy, repo)).toThrow(
      /names no recipe; there are the recipes rename, format, and nothing works on plain words/,
    );
  });
});

it('an issue for people is filed as it is', () => {
  const issue = { title: 'Decide', body: 'for people', labels: [] };
  expect(issueOf(issue, policy, repo)).toEqual({ repo, ...issue });
});

it('plain words are filed where something works on them', () => {
  const plain = { executors: ['ollama'], models: ['m'], accept: ['test'] };
  expect(issueOf({ title: 'Mend it', body: 'Now.' }, policyOf({ plain }), repo)).toMatchObject({
    body: 'Now.',
    labels: ['bzzz'],
  });
});
