/** The one comment of an issue, while answers are lost and the list of comments lags. */
import type { Clock } from '@bzzz/coordination';
import type { IssueNumber, RepoName } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { commentMarker, type GithubForge, tokenFromValue } from '../src/index.ts';
import { codeOf } from './support/code-of.ts';
import { type Embedded, tokens } from './support/embedded.ts';
import { type EmbeddedIssue, useEmbeddedIssue } from './support/embedded-issue.ts';
import { createLeapingClock } from './support/leaping-clock.ts';
import type { Person } from './support/person.ts';

const listLagMs = 30_000;
const list = 'GET /repos/:owner/:repo/issues/:number/comments';
const post = 'POST /repos/:owner/:repo/issues/:number/comments';

let embedded: Embedded;
let repo: RepoName;
let person: Person;
let number: IssueNumber;
let clock: Clock;
let issue: EmbeddedIssue;
useEmbeddedIssue((now) => {
  issue = now;
  ({ embedded, repo, person, number } = now);
  clock = createLeapingClock();
});

const connect = (token: string = tokens.peer) =>
  issue.connect({ token: tokenFromValue(token), clock }, { listLagMs });

/** The next reads of the list by this account show it as its first one does. */
const lagFor = (requests: number, account = 'peers') =>
  embedded.forge.faults.add({ kind: 'staleReads', on: list, requests, account });

/** The list of an account is read without a comment being written, so that it can be old later. */
async function lookOnce(forge: GithubForge, account: string): Promise<void> {
  const refuse = embedded.forge.faults.add({ kind: 'status', on: post, status: 422, account });
  expect(await codeOf(forge.putComment(repo, number, 'refused'))).toBe('forge_refused');
  refuse();
}

const saying = (text: string): string => `${commentMarker}\n${text}`;

describe('after an answer that was lost', () => {
  it('the list is read until it shows the comment', async () => {
    const forge = await connect();
    lagFor(2);
    embedded.forge.faults.add({ kind: 'dropReply', on: post, count: 1 });
    expect(await codeOf(forge.putComment(repo, number, 'working'))).toBe('forge_unreachable');
    expect(await forge.putComment(repo, number, 'working')).toMatchObject({ written: false });
    expect(await person.comments(number)).toEqual([saying('working')]);
    expect(forge.stats().writes).toBe(1);
  });

  it('a comment that was never written is written when a lag is no excuse any more', async () => {
    const forge = await connect();
    embedded.forge.faults.add({ kind: 'outage', on: post, count: 1 });
    expect(await codeOf(forge.putComment(repo, number, 'working'))).toBe('forge_unreachable');
    const sinceMs = clock.monotonicMs();
    expect(await forge.putComment(repo, number, 'working')).toMatchObject({ written: true });
    expect(clock.monotonicMs() - sinceMs).toBeCloseTo(listLagMs);
    expect(await person.comments(number)).toEqual([saying('working')]);
  });

  it('and a second comment by whoever started again since, the first is kept', async () => {
    const before = await connect();
    lagFor(1);
    embedded.forge.faults.add({ kind: 'dropReply', on: post, count: 1 });
    expect(await codeOf(before.putComment(repo, number, 'working'))).toBe('forge_unreachable');
    const after = await connect();
    await after.putComment(repo, number, 'working');
    expect(await person.comments(number)).toHaveLength(2);
    await after.putComment(repo, number, 'done');
    expect(await person.comments(number)).toEqual([saying('done')]);
    // The second comment, the word in the first, and the second taken away.
    expect(after.stats().writes).toBe(3);
    expect(await after.putComment(repo, number, 'done')).toMatchObject({ written: false });
    expect(after.stats().writes).toBe(3);
  });
});

it('after a refusal nothing is waited for', async () => {
  const forge = await connect();
  await lookOnce(forge, 'peers');
  const sinceMs = clock.monotonicMs();
  expect(await forge.putComment(repo, number, 'working')).toMatchObject({ written: true });
  expect(clock.monotonicMs()).toBe(sinceMs);
});

describe('a peer that takes over before the list shows the comment of the one before it', () => {
  it.each([
    ['at the next word', 1],
    ['at a later one, when the list lags longer', 2],
  ])('goes on with that comment and takes its own away %s', async (_, staleReads) => {
    const late = await connect(tokens.owner);
    lagFor(staleReads, 'owner');
    await lookOnce(late, 'owner');
    const first = await (await connect()).putComment(repo, number, 'working');
    const second = await late.putComment(repo, number, 'working elsewhere');
    expect(second.id).not.toBe(first.id);
    for (let words = 0; words < staleReads; words += 1) {
      await late.putComment(repo, number, 'done');
    }
    expect(await person.comments(number)).toEqual([saying('done')]);
    expect(await late.putComment(repo, number, 'done')).toEqual({ written: false, id: first.id });
  });

  it('keeps its own where it may not edit the other', async () => {
    const late = await connect(tokens.owner);
    lagFor(1, 'owner');
    await lookOnce(late, 'owner');
    await (await connect()).putComment(repo, number, 'working');
    const { id } = await late.putComment(repo, number, 'working elsewhere');
    const on = 'PATCH /repos/:owner/:repo/issues/comments/:id';
    embedded.forge.faults.add({ kind: 'status', on, status: 403, account: 'owner', count: 1 });
    expect(await late.putComment(repo, number, 'done')).toEqual({ written: true, id });
    expect(await person.comments(number)).toEqual([saying('working'), saying('done')]);
  });
});

it('a comment that the list shows though it was deleted is written anew', async () => {
  const { id } = await (await connect()).putComment(repo, number, 'working');
  lagFor(1);
  const forge = await connect();
  expect(await forge.putComment(repo, number, 'working')).toEqual({ written: false, id });
  await person.deleteComment(id);
  expect(await forge.putComment(repo, number, 'done')).toMatchObject({ written: true });
  expect(await person.comments(number)).toEqual([saying('done')]);
});

it('a comment that cannot be taken away is no reason to fail', async () => {
  const late = await connect(tokens.owner);
  lagFor(1, 'owner');
  await lookOnce(late, 'owner');
  const first = await (await connect()).putComment(repo, number, 'working');
  await late.putComment(repo, number, 'working elsewhere');
  const on = 'DELETE /repos/:owner/:repo/issues/comments/:id';
  embedded.forge.faults.add({ kind: 'status', on, status: 403 });
  expect(await late.putComment(repo, number, 'done')).toEqual({ written: true, id: first.id });
});
