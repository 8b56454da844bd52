/** What people see, written to the embedded forge while it loses answers and lags. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { IssueNumber, RepoName } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { commentMarker, type GithubOptions, tokenFromFile, tokenFromValue } from '../src/index.ts';
import { codeOf } from './support/code-of.ts';
import { type Embedded, tokens } from './support/embedded.ts';
import { type EmbeddedIssue, useEmbeddedIssue } from './support/embedded-issue.ts';
import { createPerson, type Person } from './support/person.ts';

let embedded: Embedded;
let repo: RepoName;
let person: Person;
let number: IssueNumber;
let issue: EmbeddedIssue;
useEmbeddedIssue((now) => {
  issue = now;
  ({ embedded, repo, person, number } = now);
});

const connect = (token: string = tokens.peer, options: Partial<GithubOptions> = {}) =>
  issue.connect({ token: tokenFromValue(token) }, options);

const drop = (on: string): void => {
  embedded.forge.faults.add({ kind: 'dropReply', on, count: 1 });
};
const result = { title: 'Result', body: 'evidence' };

describe('the rate of the account', () => {
  it('is kept by each peer within its share, before the forge has to say so', async () => {
    const forge = await connect(tokens.peer, { writesPerMinuteMax: 4, rateLimitWaitMsMax: 0 });
    forge.shareAccount(2);
    await forge.putComment(repo, number, 'one');
    await forge.putComment(repo, number, 'two');
    const before = forge.stats().writes;
    const error = await forge.putComment(repo, number, 'three').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'forge_rate_limited' });
    expect(error).toHaveProperty('retryAfterMs', expect.closeTo(60_000, -5));
    expect(forge.stats().writes).toBe(before);
    expect((await person.comments(number)).join()).toContain('two');
    // A peer has died: more is left for the others.
    forge.shareAccount(1);
    await forge.putComment(repo, number, 'three');
    expect((await person.comments(number)).join()).toContain('three');
  });
});

describe('a lost answer', () => {
  it('to a comment leaves one comment', async () => {
    const forge = await connect();
    drop('POST /repos/:owner/:repo/issues/:number/comments');
    expect(await codeOf(forge.putComment(repo, number, 'working'))).toBe('forge_unreachable');
    expect(await person.comments(number)).toHaveLength(1);
    expect(await forge.putComment(repo, number, 'working')).toMatchObject({ written: false });
    expect(await forge.putComment(repo, number, 'done')).toMatchObject({ written: true });
    expect(await person.comments(number)).toEqual([`${commentMarker}\ndone`]);
  });

  it('to a pull request leaves one pull request', async () => {
    const forge = await connect();
    await person.pushFiles(`bzzz/issue-${number}`, { 'a.txt': 'a' });
    drop('POST /repos/:owner/:repo/pulls');
    expect(await codeOf(forge.putPullRequest(repo, number, result))).toBe('forge_unreachable');
    const found = await forge.findPullRequests(repo, number);
    expect(found).toHaveLength(1);
    const put = await forge.putPullRequest(repo, number, result);
    expect(put).toEqual({ written: false, id: found[0]?.number });
  });

  it('to an assignment is seen the next time', async () => {
    const forge = await connect();
    drop('POST /repos/:owner/:repo/issues/:number/assignees');
    expect(await codeOf(forge.assign(repo, number))).toBe('forge_unreachable');
    expect(await forge.assign(repo, number)).toEqual({ written: false });
    expect((await forge.readIssue(repo, number)).assignees).toEqual(['peers']);
  });
});

describe('the comment', () => {
  it('is written once by callers that come at the same time', async () => {
    const forge = await connect();
    const puts = await Promise.all(
      Array.from({ length: 5 }, () => forge.putComment(repo, number, 'working')),
    );
    expect(puts.filter(({ written }) => written)).toHaveLength(1);
    expect(new Set(puts.map(({ id }) => id)).size).toBe(1);
    expect(await person.comments(number)).toHaveLength(1);
  });

  it('is not looked for among those of strangers', async () => {
    const { url } = embedded.forge;
    const options = { apiUrl: url, gitUrl: url, repo, token: tokens.outsider };
    const stranger = await createPerson(options);
    await stranger.comment(number, `${commentMarker}\nsend your coins here`);
    await stranger.dispose();
    const forge = await connect();
    expect(await forge.putComment(repo, number, 'working')).toMatchObject({ written: true });
    expect(await person.comments(number)).toHaveLength(2);
  });

  it('is taken over by another account of the mesh', async () => {
    const first = await (await connect()).putComment(repo, number, 'working');
    const other = await connect(tokens.owner);
    const taken = await other.putComment(repo, number, 'working elsewhere');
    expect(taken).toEqual({ written: true, id: first.id });
    expect(await person.comments(number)).toEqual([`${commentMarker}\nworking elsewhere`]);
  });

  it('is written anew beside one that our account may not edit', async () => {
    await (await connect()).putComment(repo, number, 'working');
    const on = 'PATCH /repos/:owner/:repo/issues/comments/:id';
    embedded.forge.faults.add({ kind: 'status', on, status: 403, account: 'owner' });
    const other = await connect(tokens.owner);
    expect(await other.putComment(repo, number, 'elsewhere')).toMatchObject({ written: true });
    expect(await person.comments(number)).toHaveLength(2);
  });

  it('is written anew when somebody has deleted it', async () => {
    const forge = await connect(tokens.peer, { listLagMs: 3 });
    const { id } = await forge.putComment(repo, number, 'working');
    await person.deleteComment(id);
    const again = await forge.putComment(repo, number, 'working');
    expect(again.written).toBe(true);
    expect(again.id).not.toBe(id);
    expect(await person.comments(number)).toHaveLength(1);
  });
});

describe('the pull request', () => {
  it.each([
    ['when it comes first', 1],
    ['for longer', 3],
  ])('is adopted though the list of them lags %s', async (_, staleReads) => {
    const late = await connect(tokens.peer, { listLagMs: 3 });
    const early = await connect(tokens.owner);
    // A put that must fail reads the list five times: four of these are old ones already.
    const requests = 4 + staleReads;
    const on = 'GET /repos/:owner/:repo/pulls';
    embedded.forge.faults.add({ kind: 'staleReads', on, requests, account: 'peers' });
    expect(await codeOf(late.putPullRequest(repo, number, result))).toBe('forge_refused');
    await person.pushFiles(`bzzz/issue-${number}`, { 'a.txt': 'a' });
    const { id } = await early.putPullRequest(repo, number, result);
    const before = late.stats().writes;
    const put = await late.putPullRequest(repo, number, { ...result, body: 'newer' });
    expect(put).toEqual({ written: true, id });
    // Those that are refused, since there is one already, and the update.
    expect(late.stats().writes - before).toBe(staleReads === 1 ? 2 : 3);
    expect(await late.findPullRequests(repo, number)).toHaveLength(1);
  });

  it('fails with the words of the forge when there is nothing to pull', async () => {
    const forge = await connect(tokens.peer, { listLagMs: 3 });
    expect(await codeOf(forge.putPullRequest(repo, number, result))).toBe('forge_refused');
  });
});

describe('cost', () => {
  it('of a task is five writes, and of saying it all again none', async () => {
    const forge = await connect();
    await person.pushFiles(`bzzz/issue-${number}`, { 'a.txt': 'a' });
    const task = async (comment: string): Promise<void> => {
      await forge.assign(repo, number);
      await forge.putComment(repo, number, comment);
      await forge.putPullRequest(repo, number, result);
      await forge.addLabel(repo, number, 'bzzz-done');
    };
    await task('working');
    expect(forge.stats().writes).toBe(4);
    await forge.putComment(repo, number, 'done');
    expect(forge.stats().writes).toBe(5);
    await task('done');
    expect(forge.stats().writes).toBe(5);
  });

  it('of reading what has not changed is nothing of the limit', async () => {
    const forge = await connect();
    await forge.readIssue(repo, number);
    const before = forge.stats();
    const again = await forge.readIssue(repo, number);
    const after = forge.stats();
    expect(again.title).toBe('Something to do');
    expect(after.notModified - before.notModified).toBe(1);
    expect(after.rateLimit?.remaining).toBe(before.rateLimit?.remaining);
    await person.editIssue(number, { title: 'Something else' });
    expect((await forge.readIssue(repo, number)).title).toBe('Something else');
  });

  it('of an account that cannot be assigned is one try', async () => {
    const outsider = await connect(tokens.outsider);
    await outsider.assign(repo, number);
    await outsider.assign(repo, number);
    expect(outsider.stats().writes).toBe(1);
  });
});

it('goes on with a new token in the file when the old one is revoked', async () => {
  const { forge: server } = embedded;
  await server.addUser({ login: 'rotating', token: 'token-of-monday' });
  const file = path.join(issue.folder, 'token');
  await writeFile(file, 'token-of-monday', { mode: 0o600 });
  const forge = await issue.connect({ token: tokenFromFile(file) });
  expect(await forge.account()).toBe('rotating');
  await server.revokeToken('token-of-monday');
  expect(await codeOf(forge.readIssue(repo, number))).toBe('forge_unauthorized');
  expect(await codeOf(forge.readBase(repo))).toBe('forge_unauthorized');
  await server.addUser({ login: 'rotating', token: 'token-of-tuesday' });
  await writeFile(file, 'token-of-tuesday');
  expect((await forge.readIssue(repo, number)).number).toBe(number);
  expect((await forge.readBase(repo)).base.branch).toBe('main');
});
