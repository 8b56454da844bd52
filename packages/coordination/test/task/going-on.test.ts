/** An attempt goes on from unfinished work that was pushed before, in its own words. */
import { type FenceIntent, Oid, Sha256Hex } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { type LockCommit, makeLockCommit, type RecordDraft } from '../../src/fence/commit.ts';
import { createHolding } from '../../src/fence/holding.ts';
import { driveTask } from '../../src/task/drive.ts';
import { createVisible } from '../../src/task/visible.ts';
import { errorOf, repo } from '../support/memory-forge.ts';
import { alone, createMemoryWork } from '../support/memory-work.ts';
import { calm, createStand, heldDraft, leaseMs, number, task } from '../support/stand.ts';

const early = Oid.parse('c'.repeat(40));
const options = { peerName: 'ant', backoffMs: 1_000, attemptsMax: 3 };
const verdicts = {
  gather: async () => ({ verdicts: [], declined: [] }),
  hearLate: () => undefined,
  certify: () => Promise.reject(new Error('nobody gave a verdict')),
};

function createWorker() {
  const stand = createStand();
  stand.forge.policy = `${stand.forge.policy}checkpointMs: 3600000\n`;
  const work = createMemoryWork(stand.clock);
  const visible = createVisible(stand, options);
  const hooks = { onStep: () => undefined, onRecheck: () => undefined };
  const deps = { ...stand, ...work, visible, verdicts, asking: alone };
  const drive = (won: LockCommit, resultTip: Oid | null = null) => {
    const job = { holding: createHolding(stand, won), resultTip };
    return stand.clock.drive(driveTask(deps, { ...options, hooks }, job, calm));
  };
  return { stand, work, drive };
}

/** A peer that is back at its claim, over which it had sent this before it died: it has not arrived yet. */
async function cameBack(sent: RecordDraft = { ...heldDraft(1), work: early }) {
  const { stand, work, drive } = createWorker();
  const claim = await stand.win();
  const expected = claim.oid;
  const result = { expected: null, oid: early };
  const made = await makeLockCommit(stand, sent, expected);
  const intent: FenceIntent = { task, expected, ...made, result };
  stand.fence.remember(intent, undefined);
  const { oid, commit } = intent;
  const arrive = () => stand.forge.push(repo, { number, lock: { expected, oid, commit }, result });
  return { stand, work, arrive, drive: () => drive(claim) };
}

describe('what a peer had sent before it died, and arrives when it is back', () => {
  it('is gone on from, when a renewal shows it before the attempt begins', async () => {
    const { stand, work, arrive, drive } = await cameBack();
    stand.clock.after(leaseMs / 10, () => void arrive());
    const away = Array.from({ length: 7 }, () => errorOf('forge_unreachable'));
    stand.forge.fail('findPullRequests', ...away);
    expect(await drive()).toMatchObject({ state: 'done' });
    expect(stand.clock.monotonicMs()).toBeGreaterThan(leaseMs / 3);
    expect(work.created).toMatchObject([{ from: early }]);
    expect(stand.journal.of('attempt.started')).toMatchObject([{ from: early }]);
  });

  it('is gone on from, when a look shows it, and not taken for the work of a person', async () => {
    const { stand, work, arrive, drive } = await cameBack();
    await arrive();
    expect(await drive()).toMatchObject({ state: 'done' });
    expect(work.created).toMatchObject([{ from: early }]);
    expect(await stand.tip()).toMatchObject({ record: { state: 'result', epoch: 1 } });
  });

  it('is not gone on from where the policy does not say so any more', async () => {
    const { stand, work, arrive, drive } = await cameBack();
    await arrive();
    stand.forge.policy = (stand.forge.policy ?? '').replace('checkpointMs: 3600000\n', '');
    expect(await drive()).toMatchObject({ state: 'done' });
    expect(work.created).toHaveLength(1);
    expect(work.created[0]).not.toMatchObject({ from: early });
    expect(stand.journal.of('attempt.started')[0]).not.toHaveProperty('from');
  });

  it('is gone on from, when the look shows that it was renewed since', async () => {
    const { stand, work, arrive, drive } = await cameBack();
    await arrive();
    const { oid: expected } = stand.forge.fence(number).lock ?? {};
    if (expected === undefined) throw new Error('it has arrived');
    const renewal = await makeLockCommit(stand, { ...heldDraft(1), work: early }, expected);
    stand.fence.remember({ task, expected, ...renewal }, undefined);
    await stand.forge.push(repo, { number, lock: { expected, ...renewal } });
    expect(await drive()).toMatchObject({ state: 'done' });
    expect(work.created).toMatchObject([{ from: early }]);
  });

  it('is an end, when it was one and a renewal shows it', async () => {
    const sent = { ...heldDraft(1), state: 'released' as const, reason: 'the peer is stopping' };
    const { stand, work, arrive, drive } = await cameBack({ ...sent, work: early });
    work.script.endless = true;
    stand.clock.after(leaseMs / 10, () => void arrive());
    expect(await drive()).toMatchObject({ state: 'released', reason: sent.reason, again: 'soon' });
    expect(work.events.at(-1)).toBe('dispose');
    expect(stand.clock.monotonicMs()).toBeLessThan(leaseMs);
  });

  it('is replaced where nobody could know of it, as the look showed what stood before', async () => {
    const { stand, work, arrive, drive } = await cameBack();
    const before = stand.forge.fence(number);
    await arrive();
    stand.forge.reads = [before];
    expect(await drive()).toMatchObject({ state: 'done' });
    expect(work.created).toMatchObject([{ from: undefined }]);
  });

  it('is not done again, when it was the result', async () => {
    const sent = { ...heldDraft(1), state: 'result' as const, result: early, verdicts: 0 };
    const { stand, work, arrive, drive } = await cameBack(sent);
    await arrive();
    expect(await drive()).toMatchObject({ state: 'done', pullRequest: 1_007 });
    expect(work.events).toEqual([]);
    expect(await stand.tip()).toMatchObject({ record: { state: 'result', result: early } });
  });
});

describe('work that was done for other words', () => {
  async function claimOverOtherWords() {
    const worker = createWorker();
    const rival = createStand(2, worker.stand);
    const bodySha256 = Sha256Hex.parse('9'.repeat(64));
    const theirs = createHolding(rival, await rival.win({ bodySha256 }));
    await theirs.checkpoint({ over: null, oid: early }, calm);
    return { ...worker, claim: await worker.stand.win({ result: early }) };
  }

  it('is discarded by the claim, which goes on explaining it', async () => {
    const { claim } = await claimOverOtherWords();
    expect(claim.record).toMatchObject({ state: 'held', epoch: 2, discarded: early });
    expect(claim.record).not.toHaveProperty('work');
  });

  it('is replaced and not gone on from, also by a peer that died and came back', async () => {
    const { stand, work, claim, drive } = await claimOverOtherWords();
    // All that it goes by is what it reads of its claim.
    expect(await drive(claim, early)).toMatchObject({ state: 'done' });
    expect(work.created).toMatchObject([{ from: undefined }]);
    const [move] = stand.forge.pushes.flatMap(({ result }) => result ?? []).slice(-1);
    expect(move).toMatchObject({ expected: early });
  });
});
