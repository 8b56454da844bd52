import { Account, issueHash, parsePolicy } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import type { IssueHistory, Labelled } from '../../src/index.ts';
import { errorOf, issueOf, repo } from '../support/memory-forge.ts';
import { calm, createStand } from '../support/stand.ts';

const policy = parsePolicy('version: 1\nrecipes: {format: {run: [fmt], accept: [check]}}\n');
const strange = issueOf({ association: 'NONE', author: 'mallory', updatedAtMs: 60_000 });

function labelledBy(by: string | null, atMs: number, label = 'bzzz'): Labelled {
  return { label, by: by === null ? null : Account.parse(by), atMs };
}

/** An issue of somebody whom nobody trusts, written at 10 s. */
function stage(history: Partial<IssueHistory> = {}, change: Parameters<typeof issueOf>[0] = {}) {
  const stand = createStand();
  const issue = issueOf({ ...strange, ...change });
  stand.forge.file(issue);
  const at = stand.forge.task(issue.number);
  at.history = { writtenAtMs: 10_000, ...history };
  const judge = (fenceAccounts: readonly Account[] = [], by = policy) =>
    stand.consent.judge(at.issue, { policy: by, repo, fenceAccounts }, calm);
  return { ...stand, at, judge };
}

async function kindOf(history: Partial<IssueHistory>, change: Parameters<typeof issueOf>[0] = {}) {
  return (await stage(history, change).judge()).kind;
}

const approved = { labelled: [labelledBy('mara', 20_000)] };

describe('an issue of an author whom the policy trusts', () => {
  it('is judged without a request', async () => {
    const { judge, forge } = stage({}, { association: 'MEMBER' });
    expect((await judge()).kind).toBe('eligible');
    expect(forge.calls).toEqual([]);
  });
});

describe('an issue of a stranger', () => {
  it('costs no request where no label asks for bzzz, or a person has it', async () => {
    for (const change of [{ labels: [] }, { state: 'closed' }, { assignees: ['mara'] }]) {
      const { judge, forge } = stage(approved, change);
      expect((await judge()).kind).toBe('refused');
      expect(forge.calls).toEqual([]);
    }
  });

  it('is eligible once somebody trusted has put the label on after it was written', async () => {
    const { judge } = stage(approved);
    expect(await judge()).toMatchObject({ kind: 'eligible', plan: { kind: 'format' } });
  });

  it.each([
    ['nobody has put it on as far as is known', { labelled: [] }],
    ['the words were written after it', { ...approved, writtenAtMs: 21_000 }],
    ['both happened in one second', { ...approved, writtenAtMs: 20_000 }],
    ['its author put it on', { labelled: [labelledBy('mallory', 20_000)] }],
    ['a program put it on', { labelled: [labelledBy(null, 20_000)] }],
    ['an account of bzzz put it on', { labelled: [labelledBy('BZZZ-bot', 20_000)] }],
    ['another label was put on', { labelled: [labelledBy('mara', 20_000, 'bug')] }],
    [
      'somebody else put it on later',
      { labelled: [labelledBy('mara', 20_000), labelledBy('mallory', 30_000)] },
    ],
  ])('is left alone where %s', async (_, history) => {
    const { judge, forge } = stage(history);
    forge.associations.set('bzzz-bot', 'COLLABORATOR');
    expect(await judge()).toMatchObject({
      kind: 'refused',
      cause: 'author',
      reason: expect.stringMatching(/mallory is NONE here.*nobody of these has put bzzz on/),
    });
  });

  it('is approved by labels whatever their case, and by the latest of each', async () => {
    const labelled = [labelledBy('mallory', 20_000), labelledBy('mara', 30_000, 'BZZZ')];
    expect(await kindOf({ labelled }, { labels: ['Bzzz'] })).toBe('eligible');
    expect(await kindOf({ labelled }, { labels: ['bug'] })).toBe('refused');
  });

  it('is not approved by an account that its fence names', async () => {
    const { judge } = stage(approved);
    expect((await judge([Account.parse('mara')])).kind).toBe('refused');
  });

  it('is not approved by whom the policy would not trust as an author', async () => {
    const owners = { ...policy, authors: ['OWNER' as const] };
    const { judge, forge } = stage({ labelled: [labelledBy('rob', 20_000)] });
    forge.associations.set('rob', 'COLLABORATOR');
    expect((await judge([], owners)).kind).toBe('refused');
    expect((await judge()).kind).toBe('eligible');
  });

  it('is judged as any other once it is approved', async () => {
    const { judge } = stage(approved, { body: 'recipe: unheard\n' });
    expect(await judge()).toMatchObject({ kind: 'refused', cause: 'request' });
  });
});

describe('a history that does not fit what was read', () => {
  it('settles nothing: it is of other words, or of an earlier state', async () => {
    const other = issueHash({ title: 'x', body: 'y' });
    expect(await kindOf({ ...approved, wordsSha256: other })).toBe('unsettled');
    expect(await kindOf({ ...approved, updatedAtMs: 59_000 })).toBe('unsettled');
    expect(await kindOf({ ...approved, updatedAtMs: 61_000 })).toBe('eligible');
  });

  it('is read again', async () => {
    const { judge, at } = stage({ updatedAtMs: 1 });
    expect((await judge()).kind).toBe('unsettled');
    at.history = { ...approved, writtenAtMs: 10_000 };
    expect((await judge()).kind).toBe('eligible');
  });
});

describe('the requests', () => {
  it('are one for each state of an issue that is approved, two for another', async () => {
    const { judge, at, forge } = stage(approved);
    for (let times = 0; times < 5; times += 1) await judge();
    expect(forge.count('readHistory')).toBe(1);
    at.history = {};
    at.issue = { ...at.issue, updatedAtMs: 70_000 };
    for (let times = 0; times < 5; times += 1) await judge();
    expect(forge.count('readHistory')).toBe(3);
  });

  it('ask each time who the approver is by now', async () => {
    const { judge, forge } = stage(approved);
    expect((await judge()).kind).toBe('eligible');
    forge.associations.set('mara', 'NONE');
    expect((await judge()).kind).toBe('refused');
    expect(forge.count('readHistory')).toBe(1);
  });

  it('that the token may not make are told, and hold nobody up', async () => {
    const { judge, forge, trouble } = stage(approved);
    forge.fail('readAssociation', errorOf('forge_unauthorized'));
    expect((await judge()).kind).toBe('unsettled');
    expect(trouble.recent()).toMatchObject([{ code: 'forge_unauthorized' }]);
    forge.fail('readHistory', errorOf('forge_unreachable'));
    const fresh = stage(approved);
    fresh.forge.fail('readHistory', errorOf('forge_unreachable'));
    await expect(fresh.judge()).rejects.toMatchObject({ code: 'forge_unreachable' });
  });
});
