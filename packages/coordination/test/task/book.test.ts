import { Oid, TaskHint, TaskId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createMembership } from '../../src/membership/membership.ts';
import { createBook } from '../../src/task/book.ts';
import { peerOf } from '../support/identity.ts';
import { bodySha256, capabilitiesOf, task } from '../support/stand.ts';

const [oid, other] = [Oid.parse('a'.repeat(40)), Oid.parse('b'.repeat(40))];

function seen(updatedAtMs: number, change: object = {}): TaskHint {
  const needs = { executors: ['recipe'], tools: [], models: [] };
  const about = { task, title: 'Format', recipe: 'format', bodySha256, needs, updatedAtMs };
  return TaskHint.parse({ kind: 'seen', ...about, ...change });
}

function gone(updatedAtMs: number, reason = 'the issue is closed'): TaskHint {
  return TaskHint.parse({ kind: 'gone', task, title: 'Format', updatedAtMs, reason });
}

function held(kind: string, epoch: number, lock = oid, peer = 1): TaskHint {
  const entry = { seq: 0, at: { wallMs: 0, counter: 0 } };
  const more = kind === 'claimed' ? { leaseMs: 1_000 } : kind === 'done' ? { pullRequest: 9 } : {};
  return TaskHint.parse({ kind, task, peer: peerOf(peer), epoch, lock, entry, ...more });
}

/** The book after these hints. */
function after(...hints: TaskHint[]) {
  const book = createBook();
  for (const hint of hints) book.hear(hint);
  return book;
}

describe('what people want', () => {
  it('is taken from what was seen, and said once', () => {
    const book = createBook();
    expect(book.hear(seen(5))).toBe(true);
    expect(book.get(task)).toMatchObject({ wanted: true, title: 'Format', epochKnown: 0 });
    expect(book.hear(seen(5))).toBe(false);
    expect(book.hear(seen(6))).toBe(true);
  });

  it('is not changed by old news, of either kind', () => {
    const book = after(seen(5));
    expect(book.hear(gone(4))).toBe(false);
    expect(book.get(task)?.wanted).toBe(true);
    expect(book.hear(gone(6))).toBe(true);
    expect(book.hear(seen(5))).toBe(false);
    expect(book.get(task)).toMatchObject({ wanted: false, blocked: 'the issue is closed' });
  });

  it('takes a change of an issue that nobody wants for news, and the same word once more for none', () => {
    const book = after(seen(5), gone(6));
    expect(book.hear(gone(6))).toBe(false);
    expect(book.hear(gone(7))).toBe(true);
    expect(book.get(task)).toMatchObject({ wanted: false, updatedAtMs: 7 });
  });

  it('comes back free of what blocked it', () => {
    expect(after(seen(5), gone(6), seen(7)).get(task)).toMatchObject({
      wanted: true,
      blocked: null,
    });
  });

  it('is not reopened by who read the same issue otherwise at the same time', () => {
    const claim = held('failed', 3);
    expect(after(seen(5), claim, gone(6), seen(7)).get(task)?.reopenedOver).toBe(3);
    const book = after(seen(5), claim, gone(6), seen(6));
    expect(book.get(task)).toMatchObject({ wanted: true, reopenedOver: null });
  });

  it('comes back when somebody asks that it be tried again, once', () => {
    const book = after(seen(5), held('failed', 3));
    expect(book.get(task)?.retriedOver).toBeNull();
    book.update(task, { blocked: 'a branch stands in the way' });
    // In the same state too: who looks again may see more comments.
    expect(book.hear(seen(5, { retriedAtMs: 4 }))).toBe(true);
    expect(book.get(task)).toMatchObject({ retriedOver: 3, givenBackOver: null, blocked: null });
    expect(book.hear(seen(5, { retriedAtMs: 4 }))).toBe(false);
    book.hear(held('claimed', 4));
    book.hear(held('failed', 4));
    for (const hint of [seen(6, { retriedAtMs: 4 }), seen(7, { retriedAtMs: 3 }), seen(8)]) {
      book.hear(hint);
      expect(book.get(task)?.retriedOver).toBeNull();
    }
    book.hear(seen(9, { retriedAtMs: 8 }));
    expect(book.get(task)?.retriedOver).toBe(4);
  });

  it('is not tried again for what was said before it was first seen', () => {
    const book = after(held('failed', 3), seen(5, { retriedAtMs: 4 }));
    expect(book.get(task)?.retriedOver).toBeNull();
    book.hear(seen(6, { retriedAtMs: 6 }));
    expect(book.get(task)?.retriedOver).toBe(3);
  });

  it('does not free by its mere repetition what a person has to mend', () => {
    const book = after(seen(5));
    book.update(task, { blocked: 'a person pushed to the lock branch' });
    book.hear(seen(6));
    expect(book.get(task)?.blocked).toBe('a person pushed to the lock branch');
  });
});

describe('who holds a task', () => {
  it('is the highest epoch', () => {
    const book = after(seen(5), held('claimed', 2));
    expect(book.hear(held('claimed', 1, other, 2))).toBe(false);
    expect(book.get(task)).toMatchObject({ state: { state: 'claimed', hold: { lock: oid } } });
    expect(book.hear(held('claimed', 3, other, 2))).toBe(true);
    expect(book.get(task)).toMatchObject({ state: { hold: { peer: peerOf(2) } }, epochKnown: 3 });
  });

  it('is no news when it is said again', () => {
    const book = after(seen(5), held('claimed', 2));
    expect(book.hear(held('claimed', 2))).toBe(false);
    expect(book.hear(held('claimed', 2, other))).toBe(true);
  });

  it('is known before the task itself was seen', () => {
    const book = after(held('claimed', 2));
    expect(book.get(task)).toMatchObject({ seen: null, wanted: false, epochKnown: 2 });
    book.hear(seen(5));
    expect(book.get(task)).toMatchObject({ wanted: true, epochKnown: 2 });
  });

  it.each(['done', 'failed', 'released'])(
    'a late claim does not take back that it is %s',
    (kind) => {
      const book = after(seen(5), held('claimed', 2), held(kind, 2));
      for (const epoch of [1, 2]) expect(book.hear(held('claimed', epoch))).toBe(false);
      expect(book.get(task)?.state.state).toBe(kind);
      expect(book.hear(held('claimed', 3))).toBe(true);
    },
  );

  it('an end of an earlier epoch is old news', () => {
    const book = after(seen(5), held('claimed', 3));
    for (const kind of ['done', 'failed', 'released']) {
      expect(book.hear(held(kind, 2)), kind).toBe(false);
    }
    expect(book.get(task)?.state.state).toBe('claimed');
  });

  it('does not forget an epoch once known', () => {
    const book = after(held('claimed', 4));
    book.update(task, { state: { state: 'open' } });
    expect(book.get(task)?.epochKnown).toBe(4);
  });
});

describe('the book', () => {
  it('refuses what is not a task', () => {
    // A cast, since no parser would let it through.
    expect(() => createBook().update('nonsense' as TaskId, {})).toThrow();
  });

  it('forgets what nobody wants, before what somebody does', () => {
    const book = createBook();
    const id = (number: number) => TaskId.parse(`acme/widgets#${number}`);
    for (let number = 1; number <= 10_000; number += 1) book.update(id(number), { wanted: true });
    book.update(id(5), { wanted: false });
    book.update(id(20_000), { wanted: true });
    expect(book.all()).toHaveLength(10_000);
    expect(book.get(id(5))).toBeUndefined();
    expect(book.get(id(6))).toBeDefined();
  });
});

describe('who left a task behind', () => {
  it('is whoever had it in their hands when somebody else claimed it', () => {
    const next = held('claimed', 2, other, 2);
    expect(after(seen(5), held('claimed', 1), next).get(task)?.leftBy).toEqual([peerOf(1)]);
    // The claim itself may have gone unheard, and only its end is known.
    const end = held('done', 2, other, 2);
    expect(after(seen(5), held('claimed', 1), end).get(task)?.leftBy).toEqual([peerOf(1)]);
  });

  it('is nobody who let go of it, or went on under a new claim', () => {
    const released = after(held('claimed', 1), held('released', 1), held('claimed', 2, other, 2));
    expect(released.get(task)?.leftBy).toEqual([]);
    expect(after(held('claimed', 1), held('claimed', 2, other)).get(task)?.leftBy).toEqual([]);
  });

  it('is past as soon as they come back', () => {
    const membership = createMembership(peerOf(9));
    const book = createBook(membership.onReturn);
    membership.heard(capabilitiesOf(peerOf(1)), 0);
    book.hear(held('claimed', 1));
    membership.bury(peerOf(1));
    book.hear(held('claimed', 2, other, 2));
    expect(book.get(task)?.leftBy).toEqual([peerOf(1)]);
    membership.clear(peerOf(1), 5);
    expect(book.get(task)?.leftBy).toEqual([]);
  });
});
