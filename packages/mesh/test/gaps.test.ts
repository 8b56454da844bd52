import { PeerId } from '@bzzz/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGaps } from '../src/gaps.ts';

const [ann, bob] = ['1', '2'].map((letter) => PeerId.parse(`12D3KooW${letter.repeat(44)}`));
if (ann === undefined || bob === undefined) throw new Error('two peers were made');
const lateMs = 10_000;

function setUp() {
  const state = { nowMs: 0 };
  const gaps = createGaps(() => state.nowMs);
  /** One message of each number, in this order. */
  const hear = (author: PeerId, numbers: readonly number[], run = 1, topic = 'tasks') => {
    for (const first of numbers) gaps.heard({ author, topic }, { run, first }, 1);
  };
  const later = () => {
    state.nowMs += lateMs;
  };
  return { gaps, hear, later, heard: gaps.heard };
}

describe('messages that never came', () => {
  it('are counted one by one, once they are too late', () => {
    const { gaps, hear, later, heard } = setUp();
    hear(ann, [0, 1, 4]);
    heard({ author: ann, topic: 'tasks' }, { run: 1, first: 10 }, 3);
    expect(gaps.lost()).toBe(0);
    later();
    expect(gaps.lost()).toBe(2 + 5);
    hear(ann, [13]);
    expect(gaps.lost()).toBe(7);
  });

  it('are none when they come late, in any order, twice, or with others', () => {
    const { gaps, hear, later, heard } = setUp();
    hear(ann, [0, 5, 3, 9, 3]);
    heard({ author: ann, topic: 'tasks' }, { run: 1, first: 6 }, 3);
    heard({ author: ann, topic: 'tasks' }, { run: 1, first: 0 }, 3);
    later();
    expect(gaps.lost()).toBe(1);
    // By a very long way round.
    hear(ann, [4]);
    expect(gaps.lost()).toBe(0);
  });

  it('are none before the first that was heard: who joins late has lost nothing', () => {
    const { gaps, hear, later } = setUp();
    hear(ann, [700, 699, 701]);
    later();
    expect(gaps.lost()).toBe(0);
  });

  it('belong to an author and a topic', () => {
    const { gaps, hear, later } = setUp();
    hear(ann, [0, 1]);
    hear(bob, [5, 6]);
    hear(ann, [9, 10], 1, 'health');
    later();
    expect(gaps.lost()).toBe(0);
    hear(bob, [8]);
    hear(ann, [12], 1, 'health');
    later();
    expect(gaps.lost()).toBe(2);
  });

  it('are none when the author starts anew, also when its last words come after the first', () => {
    const { gaps, hear, later } = setUp();
    hear(ann, [7, 8]);
    hear(ann, [2, 3], 9);
    hear(ann, [9, 10]);
    hear(ann, [4], 9);
    later();
    expect(gaps.lost()).toBe(0);
    hear(ann, [6], 9);
    later();
    expect(gaps.lost()).toBe(1);
    // What was missing when it ended stays missing.
    hear(ann, [0], 10);
    expect(gaps.lost()).toBe(1);
  });

  it('are none while we are away, or when an author counts nonsense', () => {
    const { gaps, hear, later } = setUp();
    hear(ann, [0, 2]);
    gaps.startAnew();
    expect(gaps.lost()).toBe(1);
    hear(ann, [50, 51]);
    hear(bob, [0, Number.MAX_SAFE_INTEGER]);
    later();
    expect(gaps.lost()).toBe(1);
  });

  it('are lost for good behind many later gaps, so that what is kept is bounded', () => {
    const { gaps, hear } = setUp();
    const odd = Array.from({ length: 101 }, (_, index) => 2 * index);
    hear(ann, odd);
    expect(gaps.lost()).toBe(100 - 64);
    hear(ann, [1, 199]);
    expect(gaps.lost()).toBe(36);
  });

  it('are what was sent and not heard, whatever the order', () => {
    const envelopes = fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 5 }), at: fc.nat(20) }),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(envelopes, fc.func(fc.boolean()), (sizes, isLost) => {
        const { gaps, heard, later, hear } = setUp();
        hear(ann, [0]);
        let next = 1;
        const sent = sizes.map(({ size, at }, index) => {
          const first = next;
          next += size;
          return { first, size, at, lost: isLost(index) };
        });
        for (const { first, size, lost } of sent.toSorted((a, b) => a.at - b.at)) {
          if (!lost) heard({ author: ann, topic: 'tasks' }, { run: 1, first }, size);
        }
        hear(ann, [next]);
        later();
        const missing = sent.reduce((sum, { size, lost }) => sum + (lost ? size : 0), 0);
        expect(gaps.lost()).toBe(missing);
      }),
    );
  });
});
