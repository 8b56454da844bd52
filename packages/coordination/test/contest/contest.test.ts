import { Epoch, Oid, type PeerId, type TaskId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createContest } from '../../src/contest/contest.ts';
import { rank } from '../../src/contest/rank.ts';
import { createMembership } from '../../src/membership/membership.ts';
import { createBook, type Seen } from '../../src/task/book.ts';
import { peerOf } from '../support/identity.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { bodySha256, capabilitiesOf, leaseMs, task } from '../support/stand.ts';

const staggerMs = 400;
const needs = { executors: ['recipe'], tools: [], models: [] };
const peers = [1, 2, 3, 4].map(peerOf);
const order = rank(
  peers.map((peer) => capabilitiesOf(peer)),
  task,
  needs,
);
const seen: Seen = {
  kind: 'seen',
  task,
  title: 'Format',
  recipe: 'format',
  bodySha256,
  needs,
  updatedAtMs: 1,
};

/** The contest as the peer on this place of the rank sees it. */
function contestAt(place: number) {
  const self = order[place] ?? peerOf(99);
  const clock = createManualClock();
  const membership = createMembership(self);
  for (const peer of peers) membership.heard(capabilitiesOf(peer), 0);
  const book = createBook();
  book.hear(seen);
  const state = { free: true, forfeited: false };
  const turns: { task: TaskId; atMs: number }[] = [];
  const guards: number[] = [];
  const contest = createContest(
    { clock, book, membership },
    {
      self,
      staggerMs,
      free: () => state.free,
      forfeited: () => state.forfeited,
      onTurn: (entry) => turns.push({ task: entry.task, atMs: clock.monotonicMs() }),
      onGuard: (_, place) => guards.push(place),
    },
  );
  const claim = (peer: PeerId, epoch = 1) => {
    const hold = { peer, epoch: Epoch.parse(epoch), lock: Oid.parse('a'.repeat(40)), leaseMs };
    book.update(task, { state: { state: 'claimed', hold } });
  };
  return { clock, book, membership, state, turns, guards, contest, claim };
}

describe('a contest for an open task', () => {
  it.each([0, 1, 2, 3])('gives place %i its turn after as many staggers', async (place) => {
    const { clock, contest, turns } = contestAt(place);
    contest.evaluate();
    await clock.advance(10_000);
    expect(turns).toEqual([{ task, atMs: place * staggerMs }]);
  });

  it('is bid for at once by the best, on a clock that goes on between two looks at it', async () => {
    const { clock, contest, turns } = contestAt(0);
    const { monotonicMs } = clock;
    let looks = 0;
    clock.monotonicMs = () => {
      looks += 1;
      return monotonicMs() + 0.001 * looks;
    };
    contest.evaluate();
    await clock.advance(staggerMs / 2);
    expect(turns).toHaveLength(1);
  });

  it('is not put off by a stream of events', async () => {
    const { clock, contest, turns } = contestAt(2);
    for (let atMs = 0; atMs < 800; atMs += 100) {
      contest.evaluate();
      await clock.advance(100);
    }
    expect(turns).toEqual([{ task, atMs: 800 }]);
  });

  it('is brought forward when better ones drop out, but waits one stagger all the same', async () => {
    const { clock, contest, membership, turns } = contestAt(3);
    contest.evaluate();
    await clock.advance(100);
    for (const peer of order.slice(0, 3)) membership.bury(peer);
    contest.evaluate();
    await clock.advance(10_000);
    expect(turns).toEqual([{ task, atMs: 100 + staggerMs }]);
  });

  it('stands down when it hears of a claim, with or without another look', async () => {
    for (const looks of [true, false]) {
      const { clock, contest, claim, turns } = contestAt(2);
      contest.evaluate();
      await clock.advance(300);
      claim(order[0] ?? peerOf(99));
      if (looks) contest.evaluate();
      await clock.advance(10_000);
      expect(turns).toEqual([]);
      expect(clock.waiting()).toBe(0);
    }
  });

  it.each([
    ['wanted', { wanted: false }],
    ['free of what blocks it', { blocked: 'a person pushed' }],
    ['still to be done', { state: { state: 'failed' as const, reason: 'x', hold: holdOf() } }],
  ])('stands down when the task is not %s any more', async (_, change) => {
    const { clock, contest, book, turns } = contestAt(1);
    contest.evaluate();
    book.update(task, change);
    await clock.advance(10_000);
    expect(turns).toEqual([]);
  });

  it('waits until we are free, and then for word of a bid that is under way', async () => {
    const { clock, contest, state, turns } = contestAt(0);
    state.free = false;
    contest.evaluate();
    await clock.advance(10_000);
    expect(turns).toEqual([]);
    state.free = true;
    contest.evaluate();
    await clock.advance(60_000);
    expect(turns).toEqual([{ task, atMs: 10_000 + staggerMs }]);
  });

  it('waits as long as a bid was put off', async () => {
    const { clock, contest, book, turns } = contestAt(0);
    book.update(task, { notBeforeMs: 5_000 });
    contest.evaluate();
    await clock.advance(60_000);
    expect(turns).toEqual([{ task, atMs: 5_000 }]);
  });

  it('waits also when the bid was put off after the turn was fixed', async () => {
    const { clock, contest, book, turns } = contestAt(1);
    contest.evaluate();
    book.update(task, { notBeforeMs: 5_000 });
    contest.evaluate();
    await clock.advance(60_000);
    expect(turns).toEqual([{ task, atMs: 5_000 }]);
  });

  it('ends when it is stopped', async () => {
    const { clock, contest, turns } = contestAt(1);
    contest.evaluate();
    contest.stop();
    expect(clock.waiting()).toBe(0);
    await clock.advance(10_000);
    expect(turns).toEqual([]);
  });
});

describe('a contest for a task that is held', () => {
  it('has everybody who could take it over watch its lease, each by its place', () => {
    const guarding = [0, 1, 2, 3].map((place) => {
      const { contest, claim, guards } = contestAt(place);
      claim(order[0] ?? peerOf(99));
      contest.evaluate();
      return guards;
    });
    // The holder counts itself; its work is its guard.
    expect(guarding).toEqual([[0], [0], [1], [2]]);
  });

  it('has those without a free slot watch it after the others', () => {
    const guarding = [0, 1, 2, 3].map((place) => {
      const { contest, claim, guards, membership, state } = contestAt(place);
      // All but the first, who holds it, and the third.
      const full = order.filter((_, at) => at === 1 || at === 3);
      for (const peer of full)
        membership.heard(capabilitiesOf(peer, { revision: 2, running: 1 }), 1);
      state.free = !full.includes(order[place] ?? peerOf(99));
      claim(order[0] ?? peerOf(99));
      contest.evaluate();
      return guards;
    });
    expect(guarding).toEqual([[0], [1], [0], [2]]);
  });

  it('does not count on those that are suspected: nobody may be left who could declare them dead', () => {
    const { contest, claim, guards, membership } = contestAt(3);
    claim(order[0] ?? peerOf(99));
    for (const peer of order.slice(0, 3)) membership.suspect(peer);
    contest.evaluate();
    expect(guards).toEqual([0]);
  });

  it('lets them bid in turn when it is forfeited, the holder last of all', async () => {
    const { clock, contest, claim, state, turns } = contestAt(1);
    claim(order[0] ?? peerOf(99));
    state.forfeited = true;
    contest.evaluate();
    await clock.advance(10_000);
    expect(turns).toEqual([{ task, atMs: 0 }]);
  });

  it('stands down when a renewal shows up in time', async () => {
    const { clock, contest, claim, state, turns } = contestAt(2);
    claim(order[0] ?? peerOf(99));
    state.forfeited = true;
    contest.evaluate();
    state.forfeited = false;
    await clock.advance(10_000);
    expect(turns).toEqual([]);
  });
});

function holdOf() {
  return { peer: peerOf(1), epoch: Epoch.parse(1), lock: Oid.parse('a'.repeat(40)), leaseMs };
}
