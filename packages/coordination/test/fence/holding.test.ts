import { decodeLockCommit, limits, Oid } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createHolding, trailer } from '../../src/fence/holding.ts';
import { errorOf, repo } from '../support/memory-forge.ts';
import { calm, createStand, number, type Stand, task } from '../support/stand.ts';

const resultOid = Oid.parse('e'.repeat(40));
const result = { over: null, oid: resultOid, verdicts: 1 };

async function holdingOf(stand: Stand) {
  const claim = await stand.win();
  return { claim, holding: createHolding(stand, claim) };
}

/** The states of the lock branch's commits, oldest first. */
function chain({ forge, journal }: Stand): string[] {
  const states: string[] = [];
  let oid = forge.fence(number).lock?.oid ?? null;
  while (oid !== null) {
    const intent = journal.of('fence.intended').find((one) => one.intent.oid === oid)?.intent;
    if (intent === undefined) return ['foreign', ...states];
    const { record, parent } = decodeLockCommit(repo, intent.commit);
    states.unshift(record.state);
    oid = parent;
  }
  return states;
}

/** A move whose reply never comes: aborted while it is under way. */
async function cutShort(stand: Stand, move: (signal: AbortSignal) => Promise<unknown>) {
  const stop = new AbortController();
  const cut = expect(move(stop.signal)).rejects.toMatchObject({ code: 'aborted' });
  await stand.clock.advance(10);
  stop.abort();
  await cut;
}

describe('a holder', () => {
  it('renews, publishes lock and result in one push, and is done', async () => {
    const stand = createStand();
    const { holding, claim } = await holdingOf(stand);
    expect(await holding.renew(calm)).toEqual({ kind: 'won' });
    expect(holding.tip().oid).not.toBe(claim.oid);
    expect(await holding.publish(result, calm)).toEqual({ kind: 'won' });
    expect(chain(stand)).toEqual(['held', 'held', 'result']);
    expect(stand.forge.fence(number).result).toBe(resultOid);
    expect(stand.forge.pushes.at(-1)).toMatchObject({ result: { expected: null, oid: resultOid } });
    expect(holding.tip().record).toMatchObject({ state: 'result', result: resultOid, epoch: 1 });
  });

  it('adopts a result that stands already without moving the result branch', async () => {
    const stand = createStand();
    const { holding } = await holdingOf(stand);
    expect(await holding.adopt({ oid: resultOid, verdicts: 1 }, calm)).toEqual({ kind: 'won' });
    expect(stand.forge.pushes.at(-1)).not.toHaveProperty('result');
    expect(stand.forge.fence(number).result).toBeNull();
  });

  it('makes its moves one after another, each on top of the one before', async () => {
    const stand = createStand();
    const { holding } = await holdingOf(stand);
    stand.forge.fates = ['hang'];
    const stop = new AbortController();
    const renewal = holding.renew(stop.signal);
    const cut = expect(renewal).rejects.toMatchObject({ code: 'aborted' });
    const publication = holding.publish(result, calm);
    await stand.clock.advance(1_000);
    // Claim and renewal: the publication waits for the renewal's end.
    expect(stand.forge.pushes).toHaveLength(2);
    stop.abort();
    await cut;
    expect(await publication).toEqual({ kind: 'won' });
    expect(chain(stand)).toEqual(['held', 'held', 'result']);
  });

  it.each(['hang', 'hang-after'] as const)(
    'publishes over a renewal that was aborted in mid-push (%s)',
    async (fate) => {
      const stand = createStand();
      const { holding } = await holdingOf(stand);
      stand.forge.fates = [fate];
      await cutShort(stand, (signal) => holding.renew(signal));
      expect(await holding.publish(result, calm)).toEqual({ kind: 'won' });
      expect(chain(stand)).toEqual(['held', 'held', 'result']);
    },
  );

  it('says who took over, to whatever move comes next', async () => {
    const stand = createStand();
    const { holding } = await holdingOf(stand);
    const rival = createStand(2, stand);
    const theirs = await rival.win();
    expect(await holding.publish(result, calm)).toMatchObject({
      kind: 'lost',
      reading: { tip: { record: { peer: rival.peer, epoch: 2 } } },
    });
    expect(stand.forge.fence(number)).toMatchObject({ lock: { oid: theirs.oid }, result: null });
  });

  it('does not propose anything new while an earlier move is in doubt or lost', async () => {
    const stand = createStand();
    const { holding } = await holdingOf(stand);
    stand.forge.fates = ['hang'];
    await cutShort(stand, (signal) => holding.renew(signal));
    await createStand(2, stand).win();
    const intents = stand.journal.of('fence.intended').length;
    expect(await holding.publish(result, calm)).toMatchObject({ kind: 'lost' });
    expect(stand.journal.of('fence.intended')).toHaveLength(intents);
  });

  it('keeps its tip when the forge refuses, and may try again', async () => {
    const stand = createStand();
    const { holding, claim } = await holdingOf(stand);
    stand.forge.fates = ['refuse'];
    expect(await stand.clock.drive(holding.renew(calm))).toMatchObject({ kind: 'refused' });
    expect(holding.tip().oid).toBe(claim.oid);
    expect(await holding.renew(calm)).toEqual({ kind: 'won' });
  });

  it('makes no move after an end', async () => {
    const stand = createStand();
    const { holding } = await holdingOf(stand);
    await holding.release('the peer is stopping', calm);
    const pushes = stand.forge.pushes.length;
    for (const move of [
      holding.renew(calm),
      holding.publish(result, calm),
      holding.fail('no', calm),
      holding.release('again', calm),
    ]) {
      await expect(move).rejects.toMatchObject({ code: 'task_transition' });
    }
    expect(stand.forge.pushes).toHaveLength(pushes);
  });
});

describe('unfinished work', () => {
  const [early, late] = [Oid.parse('c'.repeat(40)), Oid.parse('d'.repeat(40))];

  it('is pushed with a lock that names it, and replaced by the result', async () => {
    const stand = createStand();
    const holding = createHolding(stand, await stand.win());
    expect(await holding.checkpoint({ over: null, oid: early }, calm)).toEqual({ kind: 'won' });
    expect(holding.tip().record).toMatchObject({ state: 'held', work: early });
    await holding.renew(calm);
    await holding.checkpoint({ over: null, oid: late }, calm);
    expect(await holding.publish(result, calm)).toEqual({ kind: 'won' });
    const moves = stand.forge.pushes.flatMap((push) => push.result ?? []);
    expect(moves).toEqual([
      { expected: null, oid: early },
      { expected: early, oid: late },
      { expected: late, oid: resultOid },
    ]);
    expect(holding.tip().record).not.toHaveProperty('work');
  });

  it('that took effect without an answer is what the result is pushed over', async () => {
    const stand = createStand();
    const holding = createHolding(stand, await stand.win());
    stand.forge.fates.push('lose-reply');
    stand.forge.fail('readFence', errorOf('forge_unreachable'));
    const work = { over: null, oid: early };
    expect(await holding.checkpoint(work, calm)).toMatchObject({ kind: 'unknown' });
    expect(await holding.publish(result, calm)).toEqual({ kind: 'won' });
    expect(stand.forge.fence(number).result).toBe(resultOid);
  });

  it('stays explained when the task is given back, and is discarded when it failed', async () => {
    for (const [failed, field] of [
      [false, 'work'],
      [true, 'discarded'],
    ] as const) {
      const stand = createStand();
      const holding = createHolding(stand, await stand.win());
      await holding.checkpoint({ over: null, oid: early }, calm);
      await holding.release('for the test', calm, failed);
      expect(holding.tip().record).toMatchObject({ state: 'released', [field]: early });
      const rival = createStand(2, stand);
      const next = await rival.claim({ result: early });
      expect(next.record.failures).toBe(failed ? 1 : undefined);
      expect(next.record).toMatchObject({ state: 'held', epoch: 2, [field]: early });
      // A person moved the branch: the next claim does not account for it.
      expect((await rival.claim({ result: late })).record).not.toHaveProperty(field);
    }
  });
});

describe('letting go while a publication is in doubt', () => {
  it('finds a publication that took effect, and leaves it', async () => {
    const stand = createStand();
    const { holding } = await holdingOf(stand);
    stand.forge.fates = ['hang-after'];
    await cutShort(stand, (signal) => holding.publish(result, signal));
    const verdict = await stand.clock.drive(holding.release('assigned to mara', calm));
    expect(verdict).toMatchObject({ kind: 'refused' });
    expect(holding.tip().record).toMatchObject({ state: 'result', result: resultOid });
    expect(chain(stand)).toEqual(['held', 'result']);
  });

  it('fences a publication that did not: it can never take effect later', async () => {
    const stand = createStand();
    const { holding } = await holdingOf(stand);
    stand.forge.fates = ['hang'];
    await cutShort(stand, (signal) => holding.publish(result, signal));
    const late = stand.forge.pushes.at(-1);
    expect(await holding.release('assigned to mara', calm)).toEqual({ kind: 'won' });
    if (late === undefined) throw new Error('nothing was pushed');
    expect(await stand.forge.push(repo, late)).toMatchObject({ kind: 'rejected' });
    expect(chain(stand)).toEqual(['held', 'released']);
    expect(stand.forge.fence(number).result).toBeNull();
  });

  it('never pushes the publication once more to find out', async () => {
    const stand = createStand();
    const { holding } = await holdingOf(stand);
    stand.forge.fates = ['lose-request'];
    expect(await holding.publish(result, calm)).toMatchObject({ kind: 'unknown' });
    await holding.fail('assigned to mara', calm);
    expect(stand.forge.pushes.filter((push) => push.result !== undefined)).toHaveLength(1);
    expect(chain(stand)).toEqual(['held', 'failed']);
  });

  it('finds the publication also when the release itself gets no answer at first', async () => {
    const stand = createStand();
    const { holding, claim } = await holdingOf(stand);
    const held = { lock: { oid: claim.oid, commit: claim.commit }, result: null };
    stand.forge.fates = ['lose-reply', 'lose-request'];
    stand.forge.reads = [held, held];
    expect(await holding.publish(result, calm)).toMatchObject({ kind: 'unknown' });
    expect(await holding.release('assigned to mara', calm)).toMatchObject({ kind: 'unknown' });
    await stand.clock.drive(holding.release('assigned to mara', calm));
    expect(holding.tip().record).toMatchObject({ state: 'result', result: resultOid });
    expect(chain(stand)).toEqual(['held', 'result']);
  });
});

describe('a release in doubt', () => {
  it.each(['lose-request', 'lose-reply'] as const)('(%s) is made once', async (fate) => {
    const stand = createStand();
    const { holding, claim } = await holdingOf(stand);
    stand.forge.fates = [fate];
    stand.forge.reads = [{ lock: { oid: claim.oid, commit: claim.commit }, result: null }];
    expect(await holding.release('assigned to mara', calm)).toMatchObject({ kind: 'unknown' });
    expect(await holding.release('assigned to mara', calm)).toEqual({ kind: 'won' });
    expect(chain(stand)).toEqual(['held', 'released']);
    expect(stand.journal.of('fence.intended')).toHaveLength(2);
  });
});

describe('the reason in a trailer', () => {
  it('is one line of a bounded length, and never empty', () => {
    expect(trailer('it\r\nbroke\t\u0007 off ')).toBe('it broke off');
    expect(trailer('  \n ')).toBe('no reason given');
    expect(trailer('x'.repeat(5_000)).length).toBeLessThanOrEqual(limits.reasonCharsMax);
    // Half a surrogate pair at the cut has no bytes of its own.
    expect(trailer(`${'x'.repeat(199)}😀`).isWellFormed()).toBe(true);
  });

  it('can be committed whatever it was', async () => {
    const hostile = ['a\nBzzz-State: held', '\u2028\u2029', '\u0000', '\ud800', 'x'.repeat(9_999)];
    for (const reason of hostile) {
      const stand = createStand();
      const { holding } = await holdingOf(stand);
      expect(await holding.fail(reason, calm), JSON.stringify(reason)).toEqual({ kind: 'won' });
      expect(await stand.tip()).toMatchObject({
        kind: 'record',
        record: { state: 'failed', task },
      });
    }
  });
});
