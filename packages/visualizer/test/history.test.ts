import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '../src/live/fold.ts';
import { compareEntries, countUntil, extend, noHistory, worldAt } from '../src/live/history.ts';
import { emptyWorld } from '../src/live/world.ts';
import { said } from './entries.ts';

const kinds = ['task.seen', 'attempt.started', 'attempt.ended', 'member.dead', 'peer.stopped'];

/** A story of some peers over some tasks, in which times are often the same. */
const stories = fc
  .array(
    fc.record({
      by: fc.constantFrom('peer-a', 'peer-b', 'peer-c', null),
      atMs: fc.nat({ max: 400 }),
      counter: fc.nat({ max: 2 }),
      kind: fc.constantFrom(...kinds),
      task: fc.constantFrom('o/r#1', 'o/r#2', 'o/r#3'),
      peer: fc.constantFrom('peer-a', 'peer-b'),
    }),
    { maxLength: 1_500 },
  )
  .map((all) =>
    all.map(({ by, atMs, counter, kind, task, peer }, seq) => {
      const body = { kind, task, peer, epoch: 1, attempt: 1, executor: 'recipe', title: 't' };
      return said({ by, atMs, counter, seq, body });
    }),
  );

describe('history', () => {
  it('is the same in whichever order and parts entries come', () => {
    fc.assert(
      fc.property(stories, fc.infiniteStream(fc.nat()), (story, numbers) => {
        const sorted = story.toSorted(compareEntries);
        const whole = extend(noHistory, story);
        const parts = story
          .map((entry) => ({ entry, place: numbers.next().value }))
          .toSorted((one, other) => one.place - other.place)
          .map(({ entry }) => entry);
        let grown = noHistory;
        for (let at = 0; at < parts.length; ) {
          const size = 1 + (numbers.next().value % 300);
          // What comes twice is there once.
          grown = extend(grown, parts.slice(Math.max(0, at - 2), at + size));
          at += size;
        }
        expect(whole.entries).toEqual(sorted);
        expect(grown.entries).toEqual(sorted);
        expect(grown.end).toEqual(whole.end);
      }),
      { numRuns: 30 },
    );
  });

  it('shows at any moment what folding the entries until then shows', () => {
    fc.assert(
      fc.property(stories, fc.nat(), (story, somewhere) => {
        const history = extend(noHistory, story);
        const count = somewhere % (story.length + 1);
        const folded = fold(emptyWorld, history.entries.slice(0, count));
        expect(worldAt(history, count)).toEqual(folded);
        expect(history.end).toEqual(fold(emptyWorld, history.entries));
      }),
      { numRuns: 40 },
    );
  });

  it('finds how many entries there are until a moment', () => {
    fc.assert(
      fc.property(stories, fc.integer({ min: -1, max: 420 }), (story, ms) => {
        const history = extend(noHistory, story);
        const expected = history.entries.filter(({ entry }) => entry.at.wallMs <= ms).length;
        expect(countUntil(history, ms)).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('lets the oldest go, and keeps what they led to', () => {
    const story = Array.from({ length: 6_000 }, (_, at) =>
      said({
        atMs: at,
        seq: at,
        body: { kind: 'task.seen', task: `o/r#${1 + (at % 50)}`, title: 't' },
      }),
    );
    let history = noHistory;
    for (let at = 0; at < story.length; at += 250) {
      history = extend(history, story.slice(at, at + 250), 2_000);
    }
    expect(history.entries.length).toBeLessThan(2_600);
    expect(history.entries.length + history.dropped).toBe(6_000);
    expect(history.end).toEqual(fold(emptyWorld, story));
    const count = 700;
    expect(worldAt(history, count)).toEqual(
      fold(emptyWorld, story.slice(0, history.dropped + count)),
    );
    // One that is older than all that are left stands nowhere any more.
    expect(extend(history, story.slice(0, 3), 2_000).entries).toEqual(history.entries);
  });
});
