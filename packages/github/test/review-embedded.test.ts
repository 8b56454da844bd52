/** What the people of a repository do to a pull request of another account, as a peer reads it. */
import { IssueNumber, type Oid } from '@bzzz/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type GithubForge, tokenFromValue } from '../src/index.ts';
import { tokens } from './support/embedded.ts';
import { type EmbeddedIssue, useEmbeddedIssue } from './support/embedded-issue.ts';

const Listed = z.array(z.object({ id: z.number() }));

let at: EmbeddedIssue;
useEmbeddedIssue((issue) => {
  at = issue;
});

let forge: GithubForge;
let head: Oid;
let id: number;
beforeEach(async () => {
  forge = await at.connect();
  head = await at.person.pushFiles(`bzzz/issue-${at.number}`, { 'result.txt': 'one\n' });
  ({ id } = await forge.putPullRequest(at.repo, at.number, { title: 'Result', body: 'one' }));
});

async function send(method: string, where: string, body: object, token: string = tokens.owner) {
  const { forge: server } = at.embedded;
  const response = await fetch(`${server.url}/repos/${at.repo}${where}`, {
    method,
    headers: { authorization: `token ${token}` },
    body: JSON.stringify(body),
  });
  expect(response.ok, `${method} ${where}: ${response.status}`).toBe(true);
}

const read = () => forge.readReview(at.repo, id);

describe('a pull request of a peer', () => {
  it('keeps its title, and what people wrote around what the peers say', async () => {
    const { person, repo, number } = at;
    const Body = z.object({ title: z.string(), body: z.string() });
    const shown = async () => {
      const url = `${at.embedded.forge.url}/repos/${repo}/pulls/${id}`;
      return Body.parse(await (await fetch(url)).json());
    };
    const { body } = await shown();
    const pull = IssueNumber.parse(id);
    await person.editIssue(pull, { title: 'Better', body: `Before.\n\n${body}\n\nAfter.` });
    const text = { title: 'Result anew', body: 'two' };
    expect(await forge.putPullRequest(repo, number, text)).toEqual({ written: true, id });
    const now = await shown();
    expect(now.title).toBe('Better');
    expect(now.body.replaceAll('\r\n', '\n')).toBe(
      `Before.\n\n${body.replace('one', 'two').replaceAll('\r\n', '\n')}\n\nAfter.`,
    );
    expect(await forge.putPullRequest(repo, number, text)).toEqual({ written: false, id });
  });

  it('shows a word of its people through a flood of strangers', async () => {
    await send('POST', `/issues/${id}/comments`, { body: 'heard before' });
    const [{ atMs: sinceMs } = { atMs: 0 }] = (await read()).remarks;
    await send('POST', `/issues/${id}/comments`, { body: 'Please mend it.' });
    for (let count = 0; count < 120; count += 1) {
      await send('POST', `/issues/${id}/comments`, { body: 'spam' }, tokens.outsider);
    }
    expect((await read()).remarks.map(({ by }) => by)).not.toContain('owner');
    const scope = { sinceMs, authors: ['OWNER'] as const };
    const { remarks, unread } = await forge.readReview(at.repo, id, scope);
    expect(remarks).toMatchObject([{ text: 'heard before' }, { text: 'Please mend it.' }]);
    expect(unread).toBeUndefined();
  });

  it('is approved, and refused by somebody who is nothing to the repository', async () => {
    await send('POST', `/pulls/${id}/reviews`, { event: 'APPROVE' });
    const refusal = { event: 'REQUEST_CHANGES', body: 'Not so' };
    await send('POST', `/pulls/${id}/reviews`, refusal, tokens.outsider);
    expect((await read()).remarks).toMatchObject([
      { by: 'owner', association: 'OWNER', kind: 'approved', text: '' },
      { by: 'outsider', association: 'NONE', kind: 'changes-requested', text: 'Not so' },
    ]);
  });

  it('has an answer to a line where the line is', async () => {
    const line = { commit_id: head, path: 'result.txt', line: 1, body: 'Why?' };
    await send('POST', `/pulls/${id}/reviews`, { event: 'COMMENT', comments: [line] });
    const [first] = (await read()).remarks;
    expect(first).toMatchObject({ kind: 'line', text: 'Why?', path: 'result.txt', line: 1 });
    const url = `${at.embedded.forge.url}/repos/${at.repo}/pulls/${id}/comments`;
    const [listed] = Listed.parse(await (await fetch(url)).json());
    const reply = { body: 'Because.' };
    await send('POST', `/pulls/${id}/comments/${listed?.id}/replies`, reply, tokens.peer);
    expect((await read()).remarks).toMatchObject([
      { by: 'owner', text: 'Why?' },
      { by: 'peers', text: 'Because.', kind: 'line', path: 'result.txt', line: 1 },
    ]);
  });

  it('is red by a check run', async () => {
    const run = { name: 'build', head_sha: head, status: 'in_progress' };
    await send('POST', '/check-runs', run);
    expect((await read()).checks).toEqual({ state: 'pending', failed: [] });
    const output = { title: 'Broken', summary: 'a.ts does not compile' };
    await send('POST', '/check-runs', { ...run, conclusion: 'failure', output });
    const failed = [{ name: 'build', summary: 'Broken\na.ts does not compile' }];
    expect((await read()).checks).toEqual({ state: 'failed', failed });
  });

  it('is merged, and takes nothing back then', async () => {
    await forge.markReady(at.repo, { pullRequest: id, head, verified: true });
    await send('PUT', `/pulls/${id}/merge`, {});
    expect(await read()).toMatchObject({ state: 'merged', mergeable: null, head });
    expect(await forge.markDraft(at.repo, id)).toEqual({ written: false });
  });

  it('is made a draft by no account that may change nothing about it', async () => {
    await forge.markReady(at.repo, { pullRequest: id, head, verified: true });
    const outsider = await at.connect({ token: tokenFromValue(tokens.outsider) });
    await expect(outsider.markDraft(at.repo, id)).rejects.toMatchObject({ code: 'forge_refused' });
    expect(await read()).toMatchObject({ draft: false });
  });
});
