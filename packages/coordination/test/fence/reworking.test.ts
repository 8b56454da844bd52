/** A claim over a published result, and how it ends. */
import { decodeLockCommit, Oid, Sha256Hex } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createHolding } from '../../src/fence/holding.ts';
import { repo } from '../support/memory-forge.ts';
import { peerOf } from '../support/identity.ts';
import { calm, createStand, number, type Stand } from '../support/stand.ts';

const first = Oid.parse('1'.repeat(40));
const second = Oid.parse('2'.repeat(40));
const words = Sha256Hex.parse('9'.repeat(64));
const prover = peerOf(9);
const heard = { heardMs: 5_000, heardCount: 1 };

/** A peer has published a result, and another has claimed it to rework it. */
async function reworking({ failures = 0, anew = false } = {}) {
  const maker = createStand(1);
  const made = createHolding(maker, await maker.win());
  const answers = { heardMs: 1_000, heardCount: 0, asked: 'other' as const };
  await made.publish({ over: null, oid: first, verdicts: 2, prover, answers }, calm);
  for (let count = 0; count < failures; count += 1) await failOnce(createStand(10 + count, maker));
  const stand = createStand(2, maker);
  const claim = await stand.win({ rework: { anew }, bodySha256: words });
  return { maker, stand, claim, holding: createHolding(stand, claim) };
}

async function failOnce(stand: Stand): Promise<void> {
  const holding = createHolding(stand, await stand.win({ rework: { anew: false } }));
  await holding.release('it failed', calm, true);
}

function standing({ forge }: Stand) {
  const { lock, result } = forge.fence(number);
  if (lock === null) throw new Error('no lock stands');
  return { record: decodeLockCommit(repo, lock.commit).record, result };
}

describe('a claim that reworks a result', () => {
  it('names it, who made it and what it answers, in the words of today', async () => {
    const { maker, claim } = await reworking();
    expect(claim.record).toMatchObject({
      state: 'held',
      epoch: 2,
      attempt: 1,
      rework: first,
      author: maker.peer,
      prover,
      verdicts: 2,
      heardMs: 1_000,
      bodySha256: words,
    });
  });

  it('ends with the new result, pushed over the old one', async () => {
    const { stand, holding } = await reworking();
    const answers = { ...heard, asked: 'words' as const };
    await holding.publish({ over: first, oid: second, verdicts: 1, answers }, calm);
    expect(stand.forge.pushes.at(-1)).toMatchObject({ result: { expected: first, oid: second } });
    expect(standing(stand)).toMatchObject({
      record: { state: 'result', result: second, verdicts: 1, reworks: 1, ...heard },
      result: second,
    });
    expect(standing(stand).record).not.toHaveProperty('author');
    expect(standing(stand).record).not.toHaveProperty('prover');
  });

  it('counts those that nobody asked for by words', async () => {
    const { stand, holding } = await reworking();
    const answers = { ...heard, asked: 'other' as const };
    await holding.publish({ over: first, oid: second, verdicts: 1, answers }, calm);
    const again = createHolding(stand, await stand.win({ rework: { anew: false } }));
    await again.publish({ over: second, oid: first, verdicts: 1, answers }, calm);
    expect(standing(stand).record).toMatchObject({ reworks: 2 });
  });

  it.each(['release', 'fail'] as const)('leaves the result as it was after %s', async (how) => {
    const { maker, stand, holding } = await reworking();
    await (how === 'release' ? holding.release('no', calm) : holding.fail('no', calm, heard));
    const { record, result } = standing(stand);
    expect(result).toBe(first);
    expect(record).toMatchObject({
      state: 'result',
      result: first,
      author: maker.peer,
      prover,
      verdicts: 2,
      epoch: 2,
      ...(how === 'release' ? { heardMs: 1_000 } : { failures: 1, ...heard }),
    });
    expect(record).not.toHaveProperty('rework');
    expect(record).not.toHaveProperty('reworks');
  });

  it('stays one through renewals, and for whoever takes it over', async () => {
    const { stand, holding } = await reworking({ failures: 1 });
    await holding.renew(calm);
    expect(standing(stand).record).toMatchObject({ state: 'held', rework: first, failures: 1 });
    const taker = createStand(4, stand);
    await taker.win();
    expect(standing(taker).record).toMatchObject({
      state: 'held',
      epoch: 4,
      attempt: 2,
      rework: first,
      verdicts: 2,
      heardMs: 1_000,
      failures: 1,
    });
    // In other words: but what stands there is a result, and not to be thrown away.
    expect(standing(taker).record).not.toHaveProperty('discarded');
  });

  it('forgets failures only where people begin anew', async () => {
    expect((await reworking({ failures: 2 })).claim.record).toMatchObject({ failures: 2 });
    const { claim } = await reworking({ failures: 2, anew: true });
    expect(claim.record).not.toHaveProperty('failures');
  });

  it('that is given back without an answer is given back once', async () => {
    const { stand, holding } = await reworking();
    stand.forge.fates = ['lose-request'];
    expect(await holding.release('no', calm)).toMatchObject({ kind: 'unknown' });
    expect(await holding.release('no', calm)).toEqual({ kind: 'won' });
    const [before, last] = stand.forge.pushes.slice(-2);
    expect(last?.lock.oid).toBe(before?.lock.oid);
  });

  it('that is given back does not push its publication once more to find out', async () => {
    const { stand, holding } = await reworking();
    stand.forge.fates = ['lose-request'];
    const publishing = { over: first, oid: second, verdicts: 1 };
    expect(await holding.publish(publishing, calm)).toMatchObject({ kind: 'unknown' });
    expect(await holding.release('no', calm)).toEqual({ kind: 'won' });
    expect(standing(stand)).toMatchObject({ record: { result: first }, result: first });
  });

  it('that is given back finds a publication that took effect unseen', async () => {
    const { stand, holding } = await reworking();
    stand.forge.fates = ['lose-reply'];
    // The read right after the push shows what stood before.
    const { lock, result } = stand.forge.fence(number);
    stand.forge.reads = [{ lock, result }];
    const publishing = { over: first, oid: second, verdicts: 1 };
    expect(await holding.publish(publishing, calm)).toMatchObject({ kind: 'unknown' });
    await stand.clock.drive(holding.release('no', calm));
    expect(holding.tip().record).toMatchObject({ state: 'result', result: second });
    expect(standing(stand)).toMatchObject({ record: { result: second }, result: second });
  });
});
