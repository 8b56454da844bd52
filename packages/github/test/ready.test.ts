/** What makes a draft ready for review and back, and what a forge says instead. */
import { Oid, RepoName } from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifiedLabel } from '../src/rest/ready.ts';
import { codeOf } from './support/code-of.ts';
import { type ScriptedForge, startScriptedForge } from './support/scripted-forge.ts';

const repo = RepoName.parse('owner/sample');
const head = Oid.parse('1'.repeat(40));

let server: ScriptedForge['server'];
let forge: ScriptedForge['forge'];
let stop: ScriptedForge['stop'];
beforeEach(async () => {
  ({ server, forge, stop } = await startScriptedForge());
});
afterEach(() => stop());

it('is said by a label where the pull request never was a draft', async () => {
  let labels: object[] = [];
  server.answer = ({ method }) => {
    if (method === 'GET')
      return {
        body: { node_id: 'PR_3', state: 'open', draft: false, labels, head: { sha: head } },
      };
    labels = [{ name: verifiedLabel }];
    return { body: labels };
  };
  expect(await forge.markReady(repo, { pullRequest: 3, head, verified: true })).toEqual({
    written: true,
  });
  expect(await forge.markReady(repo, { pullRequest: 3, head, verified: true })).toEqual({
    written: false,
  });
  const posts = server.requests.filter(({ method }) => method === 'POST');
  expect(posts).toMatchObject([{ url: '/repos/owner/sample/issues/3/labels' }]);
});

it('is no label where nobody was asked for a verdict', async () => {
  server.answer = () => ({
    body: { node_id: 'PR_3', state: 'open', draft: false, labels: [], head: { sha: head } },
  });
  const at = { pullRequest: 3, head, verified: false };
  expect(await forge.markReady(repo, at)).toEqual({ written: false });
  expect(server.requests.filter(({ method }) => method === 'POST')).toEqual([]);
});

it.each([
  ['FORBIDDEN', 'forge_refused'],
  ['NOT_FOUND', 'forge_not_found'],
])('is refused by an answer of 200 that says %s', async (type, code) => {
  server.answer = ({ method }) =>
    method === 'GET'
      ? { body: { node_id: 'PR_3', state: 'open', draft: true, labels: [], head: { sha: head } } }
      : { body: { data: null, errors: [{ type, message: 'no' }] } };
  expect(await codeOf(forge.markReady(repo, { pullRequest: 3, head, verified: true }))).toBe(code);
});

describe('a draft again', () => {
  let change: () => object;
  beforeEach(() => {
    change = () => ({ data: {} });
  });

  function shows(pull: object): void {
    const pullRequest = {
      id: 'PR_3',
      state: 'OPEN',
      isDraft: false,
      viewerCanUpdate: true,
      ...pull,
    };
    // The question goes out first.
    server.answer = () => ({
      body: server.requests.length === 1 ? { data: { repository: { pullRequest } } } : change(),
    });
  }

  it('costs one read and one write', async () => {
    shows({});
    expect(await forge.markDraft(repo, 3)).toEqual({ written: true });
    expect(forge.stats()).toMatchObject({ reads: 1, writes: 1 });
  });

  it.each([{ isDraft: true }, { state: 'CLOSED' }, { state: 'MERGED' }])(
    'is nothing where it is %j',
    async (pull) => {
      shows(pull);
      expect(await forge.markDraft(repo, 3)).toEqual({ written: false });
      expect(forge.stats()).toMatchObject({ reads: 1, writes: 0 });
    },
  );

  it('is nothing where the plan has no drafts, which is asked about once', async () => {
    shows({});
    const message = 'peers does not have permission to convert the pull request PR_3 to draft.';
    change = () => ({ data: null, errors: [{ type: 'FORBIDDEN', message }] });
    expect(await forge.markDraft(repo, 3)).toEqual({ written: false });
    expect(await forge.markDraft(repo, 3)).toEqual({ written: false });
    expect(server.requests).toHaveLength(2);
  });

  it('is refused where the account may change nothing about it', async () => {
    shows({ viewerCanUpdate: false });
    change = () => ({ data: null, errors: [{ type: 'FORBIDDEN', message: 'no' }] });
    expect(await codeOf(forge.markDraft(repo, 3))).toBe('forge_refused');
  });

  it('fails where the forge asks to wait', async () => {
    shows({});
    change = () => ({ data: null, errors: [{ type: 'RATE_LIMITED', message: 'wait' }] });
    expect(await codeOf(forge.markDraft(repo, 3))).toBe('forge_rate_limited');
  });
});
