import { Account, decodeLockCommit, Oid, Sha256Hex } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { makeLockCommit, type RecordDraft } from '../../src/fence/commit.ts';
import { peerOf } from '../support/identity.ts';
import { repo } from '../support/memory-forge.ts';
import { createStand, heldDraft, number } from '../support/stand.ts';

/** A claim over this record of another peer. */
async function claimOver(draft: RecordDraft, change: { epochKnown?: number } = {}) {
  const stand = createStand();
  const below = await makeLockCommit(createStand(2), draft, null);
  stand.forge.overwrite(number, below);
  const bodySha256 = Sha256Hex.parse('9'.repeat(64));
  return { below, intent: await stand.claim({ bodySha256, ...change }) };
}

describe('a claim', () => {
  it('of an untouched task is the first commit of its branch', async () => {
    const intent = await createStand().claim();
    expect(intent).toMatchObject({ expected: null, record: { epoch: 1, attempt: 1, former: [] } });
    expect(decodeLockCommit(repo, intent.commit).parent).toBeNull();
    expect(intent).not.toHaveProperty('result');
  });

  it('stands on the tip that was read, one epoch higher', async () => {
    const { below, intent } = await claimOver(heldDraft(4));
    expect(intent).toMatchObject({ expected: below.oid, record: { epoch: 5, attempt: 2 } });
    expect(decodeLockCommit(repo, intent.commit).parent).toBe(below.oid);
  });

  it('is above every epoch that was ever heard of', async () => {
    expect((await claimOver(heldDraft(4), { epochKnown: 9 })).intent.record.epoch).toBe(10);
    expect((await createStand().claim({ epochKnown: 6 })).record.epoch).toBe(7);
  });

  it('carries a result on, and the body that it answers', async () => {
    const result = Oid.parse('e'.repeat(40));
    const prover = peerOf(9);
    const made = { result, verdicts: 3, prover };
    const { intent } = await claimOver({ ...heldDraft(2), state: 'result', ...made });
    const { bodySha256 } = heldDraft(2);
    const carried = { state: 'result', ...made, attempt: 1, bodySha256, epoch: 3 };
    expect(intent.record).toMatchObject(carried);
    // The branch itself is not moved by who only completes what people see.
    expect(intent).not.toHaveProperty('result');
  });

  it('carries a failure on', async () => {
    const { intent } = await claimOver({ ...heldDraft(2), state: 'failed', reason: 'exit 1' });
    expect(intent.record).toMatchObject({
      state: 'failed',
      reason: 'exit 1',
      attempt: 1,
      epoch: 3,
    });
  });

  it('over a release starts the next attempt, with the body of today', async () => {
    const { intent } = await claimOver({ ...heldDraft(2), state: 'released', reason: 'stopping' });
    const fresh = { state: 'held', attempt: 2, epoch: 3, bodySha256: '9'.repeat(64) };
    expect(intent.record).toMatchObject(fresh);
  });

  it("remembers whose assignment is bzzz's own: former holders once each, not ourselves", async () => {
    const bots = Array.from({ length: 9 }, (_, index) => Account.parse(`bot-${index}`));
    const own = Account.parse('bzzz-bot');
    const below = { ...heldDraft(1), account: Account.parse('bot-last') };
    const few = await claimOver({ ...below, former: [own, ...bots.slice(0, 2)] });
    expect(few.intent.record.former).toEqual(['bot-last', 'bot-0', 'bot-1']);
    const many = await claimOver({ ...below, former: bots });
    expect(many.intent.record.former).toEqual(['bot-last', ...bots.slice(0, 8)]);
  });
});
