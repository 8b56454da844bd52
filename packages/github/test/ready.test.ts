/** What makes a draft ready for review, and what a forge says instead. */
import { RepoName } from '@bzzz/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGithubForge, type GithubForge, tokenFromValue } from '../src/index.ts';
import { verifiedLabel } from '../src/rest/ready.ts';
import { codeOf } from './support/code-of.ts';
import { type ScriptedServer, startScripted } from './support/scripted.ts';

const repo = RepoName.parse('owner/sample');

let server: ScriptedServer;
let forge: GithubForge;
beforeEach(async () => {
  server = await startScripted();
  const { url } = server;
  const options = { apiUrl: url, gitUrl: url, dataDir: '/nonexistent', writeGapMs: 0 };
  forge = createGithubForge({ token: tokenFromValue('secret-token') }, options);
});
afterEach(async () => {
  await forge.close();
  await server.close();
});

it('is said by a label where the pull request never was a draft', async () => {
  let labels: object[] = [];
  server.answer = ({ method }) => {
    if (method === 'GET') return { body: { node_id: 'PR_3', state: 'open', draft: false, labels } };
    labels = [{ name: verifiedLabel }];
    return { body: labels };
  };
  expect(await forge.markReady(repo, 3)).toEqual({ written: true });
  expect(await forge.markReady(repo, 3)).toEqual({ written: false });
  const posts = server.requests.filter(({ method }) => method === 'POST');
  expect(posts).toMatchObject([{ url: '/repos/owner/sample/issues/3/labels' }]);
});

it.each([
  ['FORBIDDEN', 'forge_refused'],
  ['NOT_FOUND', 'forge_not_found'],
])('is refused by an answer of 200 that says %s', async (type, code) => {
  server.answer = ({ method }) =>
    method === 'GET'
      ? { body: { node_id: 'PR_3', state: 'open', draft: true, labels: [] } }
      : { body: { data: null, errors: [{ type, message: 'no' }] } };
  expect(await codeOf(forge.markReady(repo, 3))).toBe(code);
});
