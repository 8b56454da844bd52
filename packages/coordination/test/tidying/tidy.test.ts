import { type Issue, IssueNumber, type LockRecord, Oid } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { makeLockCommit, type RecordDraft } from '../../src/fence/commit.ts';
import { startTidy } from '../../src/tidying/tidy.ts';
import { createDraws } from '../support/identity.ts';
import { errorOf, issueOf, repo } from '../support/memory-forge.ts';
import { account, createStand, heldDraft, number, task } from '../support/stand.ts';

const tidyMs = 60_000;
const keepMs = 3_600_000;
const resultOid = Oid.parse('e'.repeat(40));

/** A watcher of a repository with one issue, which is closed, and the branches of that. */
async function scene(draft: Partial<RecordDraft> & { state: LockRecord['state'] }) {
  const stand = createStand();
  const { forge, clock } = stand;
  const told: string[] = [];
  const explained: number[] = [];
  const guarded: string[] = [];
  const may = { watcher: true, pursued: false, merged: false, takeOver: false, isDead: false };
  // Sound: `state` comes with the fields that it asks for.
  const record = { ...heldDraft(3), ...draft } as RecordDraft;
  const lock = await makeLockCommit(stand, record, null);
  forge.overwrite(number, lock);
  forge.task(number).issue = closed(clock.wallMs());
  const stop = startTidy(
    { ...stand, random: createDraws(1) },
    {
      repo,
      tidyMs,
      keepMs,
      isWatcher: () => may.watcher,
      isPursued: (_task, isMerged) => may.pursued && !isMerged,
      isMerged: () => may.merged,
      mayTakeOver: async () => may.takeOver,
      isDead: () => may.isDead,
      guard: (one) => void guarded.push(one),
      onReading: (one) => void told.push(one),
      onExplained: async (issue) => void explained.push(issue.number),
    },
  );
  const stands = () => {
    const { lock: tip, result } = forge.fence(number);
    return [tip?.oid ?? null, result];
  };
  return { ...stand, lock, may, told, explained, guarded, stands, stop };
}

function closed(updatedAtMs: number, change: Partial<Issue> = {}): Issue {
  return issueOf({ state: 'closed', updatedAtMs, ...change });
}

const published = { state: 'result', result: resultOid, verdicts: 1 } as const;

describe('the branches of a closed issue', () => {
  it('go when its pull request is closed and it has been so for long, with a word in the journal', async () => {
    const { clock, forge, lock, stands, journal } = await scene(published);
    const closedMs = forge.task(number).issue.updatedAtMs;
    forge.task(number).result = resultOid;
    pull(forge, 'closed');
    await clock.advance(keepMs - 2 * tidyMs);
    expect(stands()).toEqual([lock.oid, resultOid]);
    await clock.advance(5 * tidyMs);
    expect(stands()).toEqual([null, null]);
    expect(journal.bodies()).toEqual([
      {
        kind: 'tidy.intended',
        task,
        epoch: 3,
        lock: lock.oid,
        result: resultOid,
        closedMs,
        accounts: [account],
      },
      { kind: 'tidy.settled', task, epoch: 3, outcome: 'deleted' },
    ]);
  });

  it.each(['closed', 'open'] as const)(
    'go at once when its pull request is merged, %s',
    async (state) => {
      const { clock, forge, may, stands, journal } = await scene(published);
      forge.task(number).issue = issueOf({ state, updatedAtMs: 7 });
      forge.task(number).result = resultOid;
      pull(forge, 'merged');
      Object.assign(may, { pursued: state === 'open', merged: state === 'open' });
      await clock.advance(2 * tidyMs);
      expect(stands()).toEqual([null, null]);
      const [intended] = journal.of('tidy.intended');
      expect(intended).toMatchObject({ closedMs: 7, accounts: [account] });
      expect(intended?.open).toBe(state === 'open' ? true : undefined);
    },
  );

  it('go when what nobody wants any more is merged long after', async () => {
    const { clock, forge, stands, lock } = await scene(published);
    forge.task(number).issue = issueOf({ updatedAtMs: 7 });
    pull(forge, 'open');
    await clock.advance(5 * tidyMs);
    expect(stands()[0]).toBe(lock.oid);
    forge.task(number).pullRequests = [];
    pull(forge, 'merged');
    await clock.advance(2 * tidyMs);
    expect(stands()[0]).toBeNull();
  });

  it('go later when a deletion was not answered', async () => {
    const { clock, forge, may, stands, journal } = await scene(published);
    forge.task(number).issue = issueOf({ updatedAtMs: 7 });
    pull(forge, 'merged');
    Object.assign(may, { pursued: true, merged: true });
    const { deleteBranches } = forge;
    forge.deleteBranches = () => Promise.resolve({ kind: 'unknown', reason: 'no answer' });
    await clock.advance(2 * tidyMs);
    forge.deleteBranches = deleteBranches;
    await clock.advance(2 * tidyMs);
    expect(stands()[0]).toBeNull();
    const outcomes = journal.of('tidy.settled').map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['unknown', 'deleted']));
  });

  it('go when the claim was given back or has failed, and there is no result', async () => {
    const { clock, stands } = await scene({ state: 'failed', reason: 'it does not compile' });
    await clock.advance(keepMs + 3 * tidyMs);
    expect(stands()).toEqual([null, null]);
  });

  it('go though those of another issue cannot be looked at, whatever is tried', async () => {
    const { clock, forge, stands, trouble, lock } = await scene({ state: 'failed', reason: 'no' });
    const large = IssueNumber.parse(3);
    forge.file(issueOf({ number: large, state: 'closed' }));
    forge.overwrite(large, lock);
    const { readIssue } = forge;
    forge.readIssue = async (name, which, o) => {
      if (which === large) throw errorOf('forge_issue_too_large');
      return readIssue(name, which, o);
    };
    await clock.advance(keepMs + tidyMs);
    expect(stands()).toEqual([null, null]);
    expect(trouble.recent()).toMatchObject([{ code: 'forge_issue_too_large', task: `${repo}#3` }]);
  });

  it.each([
    ['its pull request is open', 'open'],
    ['nobody has seen the result', null],
  ] as const)('stay while %s', async (_, state) => {
    const { clock, forge, lock, stands } = await scene(published);
    forge.task(number).result = resultOid;
    if (state !== null) pull(forge, state);
    await clock.advance(2 * keepMs);
    expect(stands()).toEqual([lock.oid, resultOid]);
  });

  it('stay when the lock does not explain the result branch', async () => {
    const { clock, forge, lock, stands } = await scene({ state: 'released', reason: 'edited' });
    forge.task(number).result = resultOid;
    await clock.advance(2 * keepMs);
    expect(stands()).toEqual([lock.oid, resultOid]);
  });

  it('stay where somebody moved one of them in the last moment', async () => {
    const { clock, forge, lock, stands, journal } = await scene(published);
    forge.task(number).result = resultOid;
    pull(forge, 'closed');
    forge.findPullRequests = async () => {
      const { updatedAtMs } = forge.task(number).issue;
      if (clock.wallMs() - updatedAtMs < keepMs) return forge.task(number).pullRequests;
      forge.task(number).result = Oid.parse('d'.repeat(40));
      return forge.task(number).pullRequests;
    };
    await clock.advance(keepMs + 3 * tidyMs);
    expect(stands()).toEqual([lock.oid, Oid.parse('d'.repeat(40))]);
    expect(journal.of('tidy.settled')[0]?.outcome).toBe('kept');
  });

  it('are looked after by the watcher only', async () => {
    const { clock, forge, may, stands, lock } = await scene({ state: 'failed', reason: 'no' });
    may.watcher = false;
    await clock.advance(2 * keepMs);
    expect([stands()[0], forge.count('listBranches')]).toEqual([lock.oid, 0]);
  });

  it('are looked at again after a round that failed', async () => {
    const { clock, forge, stands, fatal } = await scene({ state: 'failed', reason: 'no' });
    forge.fail('listBranches', errorOf('forge_unreachable'), errorOf('forge_rate_limited', 5_000));
    forge.fail('readIssue', errorOf('forge_unreachable'));
    await clock.advance(keepMs + 5 * tidyMs);
    expect([stands()[0], fatal]).toEqual([null, []]);
  });
});

describe('a claim that stands on a closed issue', () => {
  it('is told of and guarded, and goes when its lease is out', async () => {
    const { clock, may, told, guarded, stands, lock } = await scene({ state: 'held' });
    await clock.advance(keepMs + 3 * tidyMs);
    expect(new Set(told)).toEqual(new Set([task]));
    expect(new Set(guarded)).toEqual(new Set([task]));
    expect(stands()[0]).toBe(lock.oid);
    may.takeOver = true;
    await clock.advance(2 * tidyMs);
    expect(stands()[0]).toBeNull();
  });
});

it('the claim of a holder stays that comes back while its pull requests are asked for (seed 122383059)', async () => {
  const { clock, forge, may, stands, lock } = await scene({ state: 'held' });
  may.takeOver = true;
  const find = forge.findPullRequests;
  forge.findPullRequests = async (...asked) => {
    may.takeOver = false;
    return find(...asked);
  };
  await clock.advance(keepMs + 5 * tidyMs);
  expect(forge.count('findPullRequests')).toBeGreaterThan(0);
  expect(stands()[0]).toBe(lock.oid);
});

describe('the branches of an open issue', () => {
  it('stay, and their fence is read once if nobody wants it done', async () => {
    const { clock, forge, stands, lock, told } = await scene({ state: 'failed', reason: 'no' });
    forge.task(number).issue = issueOf({ updatedAtMs: 0 });
    await clock.advance(2 * keepMs);
    expect([stands()[0], told]).toEqual([lock.oid, [task]]);
  });

  it('have their living holder told as long as it holds what nobody wants', async () => {
    const { clock, forge, may, told } = await scene({ state: 'held' });
    forge.task(number).issue = issueOf({ updatedAtMs: 0 });
    may.takeOver = true;
    await clock.advance(10 * tidyMs);
    expect(told.length).toBeGreaterThan(5);
    may.isDead = true;
    await clock.advance(2 * tidyMs);
    told.length = 0;
    await clock.advance(10 * tidyMs);
    expect(told).toEqual([]);
  });

  it('have it judged again when its assignment is explained by the lock, and else not', async () => {
    const { clock, forge, explained } = await scene({ state: 'held' });
    const assigned = async (...assignees: string[]) => {
      forge.task(number).issue = issueOf({ updatedAtMs: 0, assignees });
      explained.length = 0;
      await clock.advance(2 * tidyMs);
      return explained.length;
    };
    expect(await assigned()).toBe(0);
    expect(await assigned(account, 'alice')).toBe(0);
    expect(await assigned(account)).toBeGreaterThan(0);
  });

  it('cost no request while it is to be done', async () => {
    const { clock, forge, may } = await scene({ state: 'failed', reason: 'no' });
    may.pursued = true;
    await clock.advance(keepMs);
    expect([forge.count('readIssue'), forge.count('readFence')]).toEqual([0, 0]);
  });
});

function pull(
  forge: Awaited<ReturnType<typeof scene>>['forge'],
  state: 'open' | 'closed' | 'merged',
): void {
  const made = { number: 1_007, state, draft: true, head: resultOid, url: 'x' };
  forge.task(number).pullRequests.push(made);
}
