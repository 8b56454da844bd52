import { commitOid, Oid, utf8 } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { bid, type BidOptions } from '../../src/contest/bid.ts';
import { makeLockCommit } from '../../src/fence/commit.ts';
import { createHolding } from '../../src/fence/holding.ts';
import { createBook, type Seen } from '../../src/task/book.ts';
import { resultOid } from '../support/memory-work.ts';
import {
  account,
  bodySha256,
  calm,
  createStand,
  heldDraft,
  leaseMs,
  number,
  type Stand,
  task,
} from '../support/stand.ts';

const seen: Seen = {
  kind: 'seen',
  task,
  title: 'Format',
  recipe: 'format',
  bodySha256,
  needs: { executors: ['recipe'], tools: [], models: [] },
  updatedAtMs: 1,
};

function bidOf(
  stand: Stand,
  epochKnown = 0,
  mayTakeOver: (...given: Parameters<BidOptions['mayTakeOver']>) => boolean = () => false,
  reopenedOver: number | null = null,
  epochByNow = epochKnown,
) {
  const known = createBook().update(task, { epochKnown, reopenedOver });
  const entry = { ...known, seen, accountsBefore: [], epochTold: epochKnown };
  const recall = async () => ({ ...entry, epochKnown: epochByNow, epochTold: epochByNow });
  const may: BidOptions['mayTakeOver'] = async (...given) => mayTakeOver(...given);
  const options = { account, leaseMs, mayTakeOver: may, recall };
  return stand.clock.drive(bid(stand, options, entry, calm));
}

describe('a bid for a task that nobody ever claimed', () => {
  it('costs one push and no read', async () => {
    const stand = createStand();
    const outcome = await bidOf(stand);
    expect(outcome).toMatchObject({ kind: 'won', resultTip: null });
    expect(stand.forge.calls).toEqual(['push']);
  });

  it('stands down before who was faster', async () => {
    const stand = createStand();
    const rival = createStand(2, stand);
    await rival.win();
    expect(await bidOf(stand)).toMatchObject({
      kind: 'stood-down',
      reading: { tip: { record: { peer: rival.peer } } },
    });
  });

  it('comes again later when the forge says no', async () => {
    const stand = createStand();
    stand.forge.fates = ['refuse'];
    expect(await bidOf(stand)).toMatchObject({ kind: 'later', error: { code: 'fence_refused' } });
  });

  it('is in doubt when there is no answer', async () => {
    const stand = createStand();
    stand.forge.fates = ['lose-request'];
    const outcome = await bidOf(stand);
    expect(outcome).toMatchObject({ kind: 'doubt', error: { code: 'forge_unreachable' } });
    if (outcome.kind !== 'doubt') return;
    expect(outcome.intent).toEqual(stand.journal.of('fence.intended')[0]?.intent);
  });
});

describe('a bid for a task that was claimed before', () => {
  it('looks first, and stands down before a holder', async () => {
    const stand = createStand();
    await createStand(2, stand).win();
    const pushes = stand.forge.pushes.length;
    expect(await bidOf(stand, 1)).toMatchObject({ kind: 'stood-down' });
    expect(stand.forge.pushes).toHaveLength(pushes);
    expect(stand.journal.kinds()).toEqual([]);
  });

  it('takes over where it may, one epoch higher', async () => {
    const stand = createStand();
    const theirs = await createStand(2, stand).win();
    const asked: Oid[] = [];
    const outcome = await bidOf(stand, 1, (_, oid) => asked.push(oid) > 0);
    expect(asked).toEqual([theirs.oid]);
    expect(outcome).toMatchObject({ kind: 'won', resultTip: null });
    if (outcome.kind === 'won') expect(outcome.holding.tip().record.epoch).toBe(2);
  });

  it('leaves a free task alone whose result branch a person made', async () => {
    const stand = createStand();
    const draft = { ...heldDraft(3), state: 'released' as const, reason: 'stopping' };
    stand.forge.overwrite(number, await makeLockCommit(createStand(2), draft, null));
    stand.forge.task(number).result = Oid.parse('e'.repeat(40));
    expect(await bidOf(stand, 3, () => true)).toMatchObject({ kind: 'stood-down' });
    expect(await stand.tip()).toMatchObject({ record: { epoch: 3 } });
  });

  it('tries again what failed before people gave it back', async () => {
    const stand = createStand();
    const draft = { ...heldDraft(3), attempt: 3, state: 'failed' as const, reason: 'exit 1' };
    stand.forge.overwrite(number, await makeLockCommit(createStand(2), draft, null));
    expect(await bidOf(stand, 3)).toMatchObject({ kind: 'stood-down' });
    expect(await bidOf(stand, 3, undefined, 2)).toMatchObject({ kind: 'stood-down' });
    const outcome = await bidOf(stand, 3, undefined, 3);
    expect(outcome).toMatchObject({ kind: 'won' });
    expect(await stand.tip()).toMatchObject({ record: { epoch: 4, state: 'held', attempt: 1 } });
  });

  it('takes what was released without asking', async () => {
    const stand = createStand();
    const draft = { ...heldDraft(3), state: 'released' as const, reason: 'stopping' };
    stand.forge.overwrite(number, await makeLockCommit(createStand(2), draft, null));
    expect(await bidOf(stand, 3)).toMatchObject({ kind: 'won' });
    expect(await stand.tip()).toMatchObject({ record: { epoch: 4 } });
  });

  it('leaves alone what a person pushed, whatever is said of its holder', async () => {
    const stand = createStand();
    const commit = utf8('mine');
    stand.forge.overwrite(number, { oid: commitOid(commit), commit });
    const outcome = await bidOf(stand, 1, () => true);
    expect(outcome).toMatchObject({ kind: 'stood-down', reading: { tip: { kind: 'foreign' } } });
  });

  it('does not start over a branch that is gone, by a person or a stale read', async () => {
    const stand = createStand();
    const outcome = await bidOf(stand, 1, () => true);
    expect(outcome).toMatchObject({ kind: 'stood-down', reading: { tip: { kind: 'absent' } } });
    expect(stand.forge.pushes).toEqual([]);
  });
});

it('a claim that was made and deleted since the journals were read holds a bid back', async () => {
  const stand = createStand();
  expect(await bidOf(stand, 2, undefined, 2)).toMatchObject({ kind: 'won' });
  const late = createStand();
  expect(await bidOf(late, 2, undefined, 2, 3)).toMatchObject({ kind: 'stood-down' });
  expect(late.forge.pushes).toEqual([]);
});

describe('a published result', () => {
  async function published() {
    const owner = createStand(1);
    const holding = createHolding(owner, await owner.win());
    await holding.publish({ over: null, oid: resultOid, verdicts: 1 }, calm);
    return { owner, taker: createStand(2, owner) };
  }

  it('is left to its holder once its draft stands, though his lease ran out while he waits for verdicts', async () => {
    const { owner, taker } = await published();
    const pull = { number: 1_007, state: 'open', draft: true, head: resultOid, url: 'x' } as const;
    owner.forge.task(number).pullRequests.push(pull);
    expect(await bidOf(taker, 1, () => true)).toMatchObject({ kind: 'complete' });
  });

  it('keeps its author when somebody else completes it', async () => {
    const { owner, taker } = await published();
    const outcome = await bidOf(taker, 1, () => true);
    if (outcome.kind !== 'won') throw new Error(outcome.kind);
    const { record } = outcome.holding.tip();
    expect(record).toMatchObject({ state: 'result', epoch: 2, author: owner.peer, verdicts: 1 });
  });
});
