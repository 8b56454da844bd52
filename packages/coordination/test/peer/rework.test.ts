/** Whole peers, and what people and checks say of a result when it stands. */
import { Account, decodeLockCommit, type LockRecord, Oid } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import type { Remark, ReviewRemark } from '../../src/index.ts';
import { issueOf, repo } from '../support/memory-forge.ts';
import { createMemoryPeer, createMemoryWorld, timing } from '../support/memory-peers.ts';
import { number, task } from '../support/stand.ts';

const [first, second, third] = ['1', '2', '3'].map((digit) => Oid.parse(digit.repeat(40)));
const plain =
  'version: 1\nverdicts: 0\nplain: {models: ["coder:1"], accept: [check]}\nrecipes: {format: {run: [fmt], accept: [check]}}\n';

/** Peers that have opened the pull request of issue 7. */
async function reviewed({ count = 1, body = 'make it round', policy = plain } = {}) {
  const world = createMemoryWorld();
  const { clock, forge } = world;
  forge.policy = policy;
  forge.file(issueOf({ body }));
  const peers = Array.from({ length: count }, (_, index) =>
    createMemoryPeer(world, index + 1, { hasModel: true }),
  );
  for (const [at, a] of peers.entries()) {
    for (const b of peers.slice(at + 1)) world.hub.link(a.peer, b.peer);
  }
  const results = [first, second, third].filter((one) => one !== undefined);
  for (const { work } of peers) work.script.results = results;
  await Promise.all(peers.map(({ coordinator }) => coordinator.start()));
  await clock.advance(4 * timing.pollMs);
  const at = forge.task(number);
  expect(at.pullRequests).toMatchObject([{ head: first, state: 'open', draft: false }]);
  const say = (remark: Partial<ReviewRemark>) => {
    const atMs = at.issue.updatedAtMs + 1_000 * (1 + (at.review.remarks?.length ?? 0));
    const said = { ...aRemark, atMs, ...remark };
    at.review = { ...at.review, remarks: [...(at.review.remarks ?? []), said] };
  };
  const prompts = () => peers.flatMap(({ work }) => work.prompts);
  return { ...world, peers, at, say, prompts, record: () => recordOf(forge.fence(number)) };
}

const aRemark: ReviewRemark = {
  by: Account.parse('mara'),
  association: 'OWNER',
  kind: 'changes-requested',
  text: 'rounder, please',
  path: null,
  line: null,
  atMs: 0,
  edited: false,
};

function retryOf(atMs: number): Remark {
  const by = Account.parse('mara');
  return { by, association: 'OWNER', line: '/bzzz retry', atMs, edited: false };
}

function recordOf({ lock }: { lock: { commit: Uint8Array } | null }): LockRecord {
  if (lock === null) throw new Error('no lock stands');
  return decodeLockCommit(repo, lock.commit).record;
}

/** As GitHub does it: the pull request is closed with its branch. */
function deleteResult(at: Awaited<ReturnType<typeof reviewed>>['at']): void {
  at.result = null;
  at.pullRequests = at.pullRequests.map((one) => ({ ...one, state: 'closed' as const }));
}

const aWhileMs = 3 * timing.reviewMs;

describe('a result in review', () => {
  it('is reworked as trusted people say, on its branch, and answers them once', async () => {
    const { clock, forge, at, say, prompts, record, peers } = await reviewed();
    say({ path: 'src/a.ts', line: 3 });
    await clock.advance(aWhileMs);
    expect(at.pullRequests).toMatchObject([{ head: second, state: 'open', draft: false }]);
    expect(record()).toMatchObject({ state: 'result', epoch: 2, result: second, reworks: 1 });
    expect(peers[0]?.work.created.at(-1)).toMatchObject({ from: first });
    const told = prompts()
      .at(-1)
      ?.parts.filter(({ source }) => source === 'reviewer');
    expect(told?.map(({ text }) => text).join()).toMatch(/src\/a\.ts line 3.*rounder, please/s);
    const pushes = forge.pushes.length;
    await clock.advance(aWhileMs);
    expect(forge.pushes).toHaveLength(pushes);
    say({ text: 'and smaller' });
    await clock.advance(aWhileMs);
    expect(record()).toMatchObject({ epoch: 3, result: third, reworks: 1 });
    expect(JSON.stringify(prompts().at(-1)?.parts)).not.toContain('rounder');
  });

  it('is read back to what was heard, and where not all is read the operator is told', async () => {
    const { clock, forge, at, peers, record } = await reviewed();
    const asked: unknown[] = [];
    const { readReview } = forge;
    forge.readReview = (repoAt, pull, { sinceMs, authors } = {}) => {
      asked.push({ sinceMs, authors });
      return readReview(repoAt, pull);
    };
    at.review = { unread: true };
    await clock.advance(aWhileMs);
    const standing = record();
    const sinceMs = standing.state === 'result' ? standing.heardMs : expect.fail('no result');
    expect(asked.at(-1)).toEqual({ sinceMs, authors: ['OWNER', 'MEMBER', 'COLLABORATOR'] });
    const [trouble] = peers[0]?.journal.of('trouble') ?? [];
    expect(trouble).toMatchObject({ code: 'review_flooded', task });
  });

  it('is a draft again while it is reworked', async () => {
    const { clock, at, say, peers } = await reviewed();
    for (const { work } of peers) work.script.takesMs = 2 * timing.reviewMs;
    say({});
    await clock.advance(1.5 * timing.reviewMs);
    expect(at.pullRequests).toMatchObject([{ head: first, draft: true }]);
    expect(at.comment).toContain('reworks the result');
  });

  it.each([
    { what: 'a stranger says something', remark: { association: 'NONE' } as const },
    { what: 'somebody approves it', remark: { kind: 'approved', text: 'well done' } as const },
    { what: 'a program says something', remark: { by: null } },
    { what: 'what was said is older than it', remark: { atMs: 1 } },
  ])('is left as it is when $what', async ({ remark }) => {
    const { clock, forge, say } = await reviewed({ count: 2 });
    say(remark);
    const pushes = forge.pushes.length;
    await clock.advance(aWhileMs);
    expect(forge.pushes).toHaveLength(pushes);
  });

  it.each([
    { what: 'was closed', change: { state: 'closed' } as const },
    { what: 'was merged', change: { state: 'merged' } as const },
    { what: 'holds what people pushed', change: { head: Oid.parse('9'.repeat(40)) } },
  ])('is left to people when its pull request $what', async ({ change }) => {
    const { clock, forge, at, say } = await reviewed();
    say({});
    at.pullRequests = at.pullRequests.map((one) => ({ ...one, ...change }));
    const pushes = forge.pushes.length;
    await clock.advance(aWhileMs);
    expect(forge.pushes).toHaveLength(pushes);
  });

  it('is left to people who delete its branch, also when they reopen the issue or say retry', async () => {
    const { clock, forge, at, say, record } = await reviewed({ count: 2 });
    deleteResult(at);
    say({});
    const pushes = forge.pushes.length;
    await clock.advance(aWhileMs);
    const { updatedAtMs } = at.issue;
    at.issue = { ...at.issue, state: 'closed', updatedAtMs: updatedAtMs + 1_000 };
    await clock.advance(4 * timing.pollMs);
    at.issue = { ...at.issue, state: 'open', updatedAtMs: updatedAtMs + 2_000 };
    at.remarks = [retryOf(at.issue.updatedAtMs)];
    await clock.advance(aWhileMs);
    expect(forge.pushes).toHaveLength(pushes);
    expect(at.result).toBeNull();
    expect(record()).toMatchObject({ state: 'result', epoch: 1, result: first });
    expect(at.pullRequests).toMatchObject([{ state: 'closed', head: first }]);
  });

  it('is left to people who delete its branch while it is reworked', async () => {
    const { clock, at, say, peers, record } = await reviewed();
    for (const { work } of peers) work.script.takesMs = 2 * timing.reviewMs;
    say({});
    await clock.advance(1.5 * timing.reviewMs);
    expect(record()).toMatchObject({ state: 'held', rework: first });
    deleteResult(at);
    await clock.advance(3 * timing.reviewMs);
    expect(at.result).toBeNull();
    expect(record()).toMatchObject({ state: 'result', epoch: 2, result: first });
    expect(at.pullRequests).toMatchObject([{ state: 'closed', head: first }]);
  });

  it('is left to people who close its pull request while it is reworked', async () => {
    const { clock, at, say, peers, record } = await reviewed();
    for (const { work } of peers) work.script.takesMs = 2 * timing.reviewMs;
    say({});
    await clock.advance(1.5 * timing.reviewMs);
    expect(record()).toMatchObject({ state: 'held', rework: first });
    at.pullRequests = at.pullRequests.map((one) => ({ ...one, state: 'closed' as const }));
    await clock.advance(3 * timing.reviewMs);
    expect(record()).toMatchObject({ state: 'result', epoch: 2, result: first });
    expect(at.pullRequests).toHaveLength(1);
    expect(at.comment).toContain('in the hands of people');
  });

  it.each(['/bzzz stop', '/bzzz release'])('stands when people say %s meanwhile', async (text) => {
    const { clock, at, say, peers, record } = await reviewed();
    for (const { work } of peers) work.script.takesMs = 2 * timing.reviewMs;
    say({});
    await clock.advance(1.5 * timing.reviewMs);
    expect(record()).toMatchObject({ state: 'held', rework: first });
    say({ text, kind: 'comment' });
    await clock.advance(3 * timing.reviewMs);
    expect(record()).toMatchObject({ state: 'result', epoch: 2, result: first });
    expect(at.pullRequests).toMatchObject([{ head: first }]);
  });

  it('is not reworked for ever for somebody who says something of each', async () => {
    const { clock, at, say, record, peers, forge } = await reviewed();
    const results = Array.from({ length: 30 }, (_, index) =>
      Oid.parse((index + 10).toString(16).padStart(40, 'c')),
    );
    for (const { work } of peers) work.script.results = results;
    for (let round = 0; round < 14; round += 1) {
      say({ text: `coverage of ${round}` });
      await clock.advance(1.2 * timing.reviewMs);
    }
    expect(record()).toMatchObject({ state: 'result', answers: 10, epoch: 11 });
    expect(at.comment).toContain('wait for `/bzzz retry`');
    const pushes = forge.pushes.length;
    const atMs = at.issue.updatedAtMs + 1_000_000;
    at.remarks.push(retryOf(atMs));
    at.issue = { ...at.issue, comments: at.issue.comments + 1, updatedAtMs: atMs };
    await clock.advance(aWhileMs);
    expect(forge.pushes.length).toBeGreaterThan(pushes);
    expect(record()).not.toHaveProperty('answers');
  });

  it('is not made anew for a retry that was taken back before anybody began', async () => {
    const { clock, forge, at, record } = await reviewed({ body: 'recipe: format' });
    const atMs = at.issue.updatedAtMs + 5_000;
    at.remarks.push(retryOf(atMs));
    at.issue = { ...at.issue, comments: at.issue.comments + 1, updatedAtMs: atMs };
    await clock.advance(2 * timing.pollMs);
    at.remarks.pop();
    at.issue = { ...at.issue, comments: at.issue.comments - 1, updatedAtMs: atMs + 1_000 };
    const pushes = forge.pushes.length;
    await clock.advance(aWhileMs);
    expect(forge.pushes).toHaveLength(pushes);
    expect(record()).toMatchObject({ epoch: 1 });
  });

  it('is mended when a check fails, three times at most until people speak', async () => {
    const { clock, at, say, record, prompts } = await reviewed();
    const failed = [{ name: 'lint', summary: 'a comma too much' }];
    at.review = { checks: { state: 'failed', failed } };
    await clock.advance(10 * timing.reviewMs);
    expect(record()).toMatchObject({ state: 'result', epoch: 4, reworks: 3 });
    const parts = prompts().at(-1)?.parts ?? [];
    expect(parts).toContainEqual({ source: 'checks', text: 'lint: a comma too much' });
    at.review = {};
    say({});
    await clock.advance(aWhileMs);
    expect(record()).toMatchObject({ state: 'result', reworks: 1 });
  });

  it('is made anew by its recipe when the base branch conflicts, whatever people say', async () => {
    const { clock, at, say, record, peers } = await reviewed({ body: 'recipe: format' });
    say({});
    await clock.advance(aWhileMs);
    expect(record()).toMatchObject({ epoch: 1 });
    at.review = { mergeable: false };
    await clock.advance(1.5 * timing.reviewMs);
    expect(record()).toMatchObject({ epoch: 2, result: second });
    expect(peers[0]?.work.created.at(-1)).toMatchObject({ from: undefined });
  });

  it.each(['/bzzz stop', '/bzzz release'])('is left alone after %s on it', async (text) => {
    const { clock, forge, say } = await reviewed();
    say({});
    say({ text, kind: 'comment' });
    const pushes = forge.pushes.length;
    await clock.advance(aWhileMs);
    expect(forge.pushes).toHaveLength(pushes);
    say({ text: '/bzzz retry', kind: 'comment' });
    await clock.advance(aWhileMs);
    expect(forge.pushes.length).toBeGreaterThan(pushes);
  });

  it('is made anew, once, when somebody says retry on the issue', async () => {
    const { clock, forge, at, record } = await reviewed({ body: 'recipe: format' });
    const atMs = at.issue.updatedAtMs + 5_000;
    at.remarks.push(retryOf(atMs));
    at.issue = { ...at.issue, comments: at.issue.comments + 1, updatedAtMs: atMs };
    await clock.advance(aWhileMs);
    expect(record()).toMatchObject({ state: 'result', epoch: 2, result: second, heardMs: atMs });
    const pushes = forge.pushes.length;
    await clock.advance(aWhileMs);
    expect(forge.pushes).toHaveLength(pushes);
  });

  it('hears the second of two remarks in one second, though it came to light later', async () => {
    const { clock, at, say, record, prompts } = await reviewed();
    const atMs = at.issue.updatedAtMs + 1_000;
    say({ text: 'rounder', atMs });
    await clock.advance(aWhileMs);
    expect(record()).toMatchObject({ epoch: 2, heardMs: atMs, heardCount: 1 });
    say({ text: 'and smaller', atMs });
    await clock.advance(aWhileMs);
    expect(record()).toMatchObject({ epoch: 3, heardMs: atMs, heardCount: 2 });
    expect(JSON.stringify(prompts().at(-1)?.parts)).toContain('and smaller');
  });

  it('stands as it was when three attempts at it fail, and people are told why', async () => {
    const { clock, forge, at, say, peers, record } = await reviewed({ count: 2 });
    for (const { work } of peers) work.script.fails = true;
    say({});
    await clock.advance(10 * timing.reviewMs);
    expect(record()).toMatchObject({ state: 'result', result: first, failures: 3 });
    expect(at.pullRequests).toMatchObject([{ head: first, draft: false, state: 'open' }]);
    expect(at.comment).toMatch(/not reworked: .*gave up/);
    const pushes = forge.pushes.length;
    await clock.advance(5 * timing.reviewMs);
    expect(forge.pushes).toHaveLength(pushes);
    for (const { work } of peers) work.script.fails = false;
    say({ text: 'try this' });
    await clock.advance(aWhileMs);
    expect(record()).toMatchObject({ state: 'result', result: second, reworks: 1 });
  });

  it('is reworked by another machine when that of its maker cannot', async () => {
    const { clock, say, peers, record } = await reviewed({ count: 2 });
    const maker = peers.find(({ peer }) => peer === record().peer);
    if (maker === undefined) throw new Error('nobody made it');
    maker.work.script.fails = true;
    say({});
    await clock.advance(5 * timing.reviewMs);
    expect(record()).toMatchObject({ state: 'result', result: second, epoch: 3 });
    expect(record().peer).not.toBe(maker.peer);
  });

  it('is not answered by a change of nothing', async () => {
    const { clock, at, say, peers, record } = await reviewed();
    for (const { work } of peers) work.script.patch = '';
    say({});
    await clock.advance(10 * timing.reviewMs);
    expect(record()).toMatchObject({ state: 'result', result: first, failures: 3 });
    expect(at.comment).toContain('changed nothing');
  });

  it('is reworked by whoever takes over when its maker dies over it', async () => {
    const { clock, at, say, peers, record, hub } = await reviewed({ count: 3 });
    for (const { work } of peers) work.script.takesMs = 2 * timing.reviewMs;
    say({});
    await clock.advance(1.5 * timing.reviewMs);
    const holder = peers.find(({ peer }) => peer === record().peer);
    if (holder === undefined) throw new Error('nobody holds it');
    expect(record()).toMatchObject({ state: 'held', rework: first, epoch: 2 });
    // As when it is killed: nothing of it is heard or written any more.
    for (const { peer } of peers) if (peer !== holder.peer) hub.cut(peer, holder.peer);
    await holder.coordinator.stop();
    for (const { work } of peers) work.script.takesMs = 1_000;
    await clock.advance(5 * timing.reviewMs);
    expect(record()).toMatchObject({ state: 'result', epoch: 3, result: second });
    expect(record().peer).not.toBe(holder.peer);
    expect(at.pullRequests).toMatchObject([{ head: second, draft: false }]);
  });

  it('is answered by its maker, so that the others can judge what it makes', async () => {
    const { clock, say, peers, record, at } = await reviewed({ count: 3 });
    const maker = record().peer;
    say({});
    await clock.advance(aWhileMs);
    expect(record()).toMatchObject({ epoch: 2, peer: maker });
    expect(at.issue.assignees).toHaveLength(1);
    for (const { coordinator } of peers) {
      const state = coordinator.view().tasks.find((one) => one.task === task);
      expect(state).toMatchObject({ state: 'done', epoch: 2 });
    }
  });
});

describe('a result that people merged without closing its issue', () => {
  it('is done: its branches go, and nobody begins again until people give it back', async () => {
    const { clock, forge, at, prompts, peers } = await reviewed({ count: 2 });
    at.pullRequests = at.pullRequests.map((one) => ({ ...one, state: 'merged' as const }));
    await clock.advance(aWhileMs + 2 * timing.tidyMs);
    expect(at).toMatchObject({ lock: null, result: null, issue: { state: 'open' } });
    const tidied = peers.flatMap(({ journal }) => journal.of('tidy.intended'));
    expect(tidied).toMatchObject([{ task, open: true }]);
    const before = { prompts: prompts().length, pushes: forge.pushes.length };
    const now = () => ({ prompts: prompts().length, pushes: forge.pushes.length });
    // Somebody says something on the issue; and what is read of a lock that is gone is no news.
    at.issue = issueOf({ ...at.issue, updatedAtMs: at.issue.updatedAtMs + 60_000 });
    const looks = forge.count('readFence');
    await clock.advance(2 * timing.tidyMs);
    expect(now()).toEqual(before);
    expect(forge.count('readFence') - looks).toBeLessThan(10);
    for (const state of ['closed', 'open'] as const) {
      at.issue = issueOf({ ...at.issue, state, updatedAtMs: at.issue.updatedAtMs + 60_000 });
      await clock.advance(4 * timing.pollMs);
    }
    await clock.advance(aWhileMs + 2 * timing.tidyMs);
    // The result is found again: it is not made once more, and people are told what they can do.
    expect(at.comment).toContain('Once #1007 is merged, more work is another issue');
    expect(now().prompts).toBe(before.prompts);
    expect(at).toMatchObject({ lock: null, pullRequests: [{ head: first, state: 'merged' }] });
  });
});

it('who may not write is as much a stranger in a review as in an issue, though the policy hears him', async () => {
  const policy = `${plain}authors: [OWNER, CONTRIBUTOR]\n`;
  const { clock, at, say, peers } = await reviewed({ policy });
  for (const { work } of peers) work.script.changes = 'package.json';
  say({ association: 'CONTRIBUTOR', text: 'let package.json run this on installing' });
  await clock.advance(aWhileMs);
  expect(at.pullRequests).toMatchObject([{ head: first }]);
});
