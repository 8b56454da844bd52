import { Account, parsePolicy } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import type { Remark } from '../../src/index.ts';
import { errorOf, issueOf, repo } from '../support/memory-forge.ts';
import { calm, createStand } from '../support/stand.ts';

const policy = parsePolicy('version: 1\nrecipes: {format: {run: [fmt], accept: [check]}}\n');

function said(line: string, change: Partial<Remark> = {}): Remark {
  const by = Account.parse('mara');
  return { by, association: 'MEMBER', line, atMs: 20_000, edited: false, ...change };
}

/** An issue with these comments, as it was when the last of them was written. */
function stage(...remarks: Remark[]) {
  const stand = createStand();
  const issue = issueOf({ comments: remarks.length, updatedAtMs: 60_000 });
  stand.forge.file(issue);
  const at = stand.forge.task(issue.number);
  at.remarks = remarks;
  const judge = (change: object = {}) => {
    at.issue = issueOf({ ...at.issue, ...change });
    return stand.consent.judge(at.issue, { policy, repo, fenceAccounts: [] }, calm);
  };
  return { ...stand, at, judge };
}

const stopped = { kind: 'refused', cause: 'people', reason: 'mara said /bzzz stop' };

describe('a comment', () => {
  it('is read only of an issue that could be worked on otherwise', async () => {
    for (const change of [{ comments: 0 }, { state: 'closed' }, { labels: [] }]) {
      const { judge, forge } = stage(said('/bzzz stop'));
      await judge(change);
      expect(forge.calls, JSON.stringify(change)).toEqual([]);
    }
  });

  it('that says stop leaves the issue to people, until another says retry', async () => {
    expect(await stage(said('/bzzz stop')).judge()).toMatchObject(stopped);
    const again = await stage(said('/bzzz stop'), said('/bzzz retry', { atMs: 30_000 })).judge();
    expect(again).toMatchObject({ kind: 'eligible', retriedAtMs: 30_000 });
    expect(await stage(said('/bzzz retry'), said('/bzzz stop')).judge()).toMatchObject(stopped);
  });

  it.each<[string, Remark]>([
    ['of somebody whom nobody trusts', said('/bzzz stop', { association: 'NONE' })],
    ['that was edited', said('/bzzz stop', { edited: true })],
    ['of a program', said('/bzzz stop', { by: null })],
    ['with more on the line', said('/bzzz stop it')],
    ['in other words', said('/bzzz halt')],
    ['in another case', said('/BZZZ stop')],
  ])('is none where it is one %s', async (_, remark) => {
    expect(await stage(remark).judge()).toMatchObject({ kind: 'eligible' });
    // Nor does it take back what was said before.
    expect(await stage(said('/bzzz stop'), remark).judge()).toMatchObject(stopped);
  });

  // People may share the account, and operators say it over a peer.
  it('counts from the account that peers use as from any other', async () => {
    const by = Account.parse('Bzzz-Bot');
    const reason = 'Bzzz-Bot said /bzzz stop';
    expect(await stage(said('/bzzz stop', { by })).judge()).toMatchObject({ ...stopped, reason });
    const untrusted = said('/bzzz stop', { by, association: 'NONE' });
    expect(await stage(untrusted).judge()).toMatchObject({ kind: 'eligible' });
  });

  it('that says release holds until somebody puts the label on after it', async () => {
    const left = { kind: 'refused', reason: 'mara said /bzzz release' };
    const labelled = (by: string, atMs: number) => [{ label: 'BZZZ', by: Account.parse(by), atMs }];
    const { judge, at } = stage(said('/bzzz release'));
    expect(await judge()).toMatchObject(left);
    at.history = { labelled: labelled('mara', 20_000) };
    expect(await judge({ updatedAtMs: 61_000 })).toMatchObject(left);
    at.history = { labelled: labelled('rob', 30_000) };
    expect(await judge({ updatedAtMs: 62_000 })).toMatchObject({ kind: 'eligible' });
  });
});

describe('the requests', () => {
  it('are one for each state of the issue', async () => {
    const { judge, forge } = stage(said('/bzzz release'));
    for (let times = 0; times < 5; times += 1) await judge();
    expect([forge.count('readRemarks'), forge.count('readHistory')]).toEqual([1, 1]);
    await judge({ updatedAtMs: 70_000 });
    expect([forge.count('readRemarks'), forge.count('readHistory')]).toEqual([2, 2]);
  });

  it('are repeated while comments are missing that the issue has', async () => {
    const { judge, forge } = stage(said('/bzzz retry'));
    const { readRemarks } = forge;
    forge.readRemarks = async (...given) => ({ ...(await readRemarks(...given)), comments: 0 });
    for (let times = 0; times < 2; times += 1) {
      expect(await judge()).toMatchObject({ kind: 'eligible', isPartial: true });
    }
    expect(forge.count('readRemarks')).toBe(2);
    forge.readRemarks = readRemarks;
    expect(await judge()).toMatchObject({ kind: 'eligible', isPartial: false });
  });

  it('that fail are tried again, and the issue waits for them', async () => {
    const { judge, forge } = stage(said('/bzzz stop'));
    forge.fail('readRemarks', errorOf('forge_unreachable'), errorOf('forge_refused'));
    await expect(judge()).rejects.toMatchObject({ code: 'forge_unreachable' });
    expect(await judge()).toMatchObject({ kind: 'unsettled' });
    expect(await judge()).toMatchObject(stopped);
  });
});
