/** The list of tasks is the same object until something of it is another. */
import { TaskHint, TaskId } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { createMembership } from '../../src/membership/membership.ts';
import { createTasksNow } from '../../src/peer/view.ts';
import { createBook } from '../../src/task/book.ts';
import { peerOf } from '../support/identity.ts';
import { bodySha256, capabilitiesOf, task } from '../support/stand.ts';

const [self, other] = [peerOf(1), peerOf(2)];

function seen(updatedAtMs: number, title = 'Format'): TaskHint {
  const needs = { executors: ['recipe'], tools: [], models: [] };
  const about = { task, title, recipe: 'format', bodySha256, needs, updatedAtMs };
  return TaskHint.parse({ kind: 'seen', ...about });
}

function claimed(): TaskHint {
  const entry = { seq: 0, at: { wallMs: 0, counter: 0 } };
  const lock = 'a'.repeat(40);
  return TaskHint.parse({
    kind: 'claimed',
    task,
    peer: other,
    epoch: 1,
    lock,
    entry,
    leaseMs: 1_000,
  });
}

it('shows every change of a task, and of the name of who holds it', () => {
  const book = createBook();
  const membership = createMembership(self);
  const now = createTasksNow({ membership, book });
  expect(now()).toEqual([]);
  book.hear(seen(1));
  expect(now()).toMatchObject([{ task, title: 'Format', state: 'open', holder: null }]);
  book.hear(seen(2, 'Format all'));
  expect(now()).toMatchObject([{ title: 'Format all' }]);
  book.hear(claimed());
  expect(now()).toMatchObject([{ state: 'claimed', holder: other, holderName: null }]);
  membership.heard(capabilitiesOf(other, { name: 'beta' }), 0);
  expect(now()).toMatchObject([{ holderName: 'beta' }]);
  membership.heard(capabilitiesOf(other, { name: 'gamma', revision: 9 }), 0);
  expect(now()).toMatchObject([{ holderName: 'gamma' }]);
  expect(now()[0]?.blocked).toBeUndefined();
  book.update(task, { blocked: 'a person touched its branch' });
  expect(now()).toMatchObject([{ blocked: true, reason: 'a person touched its branch' }]);
  const further = TaskId.parse(`${task}1`);
  book.update(further, { title: 'Another' });
  expect(now()).toHaveLength(2);
});

it('is the same list as long as nothing is another', () => {
  const book = createBook();
  const membership = createMembership(self);
  membership.heard(capabilitiesOf(other, { name: 'beta' }), 0);
  const now = createTasksNow({ membership, book });
  book.hear(seen(1));
  const first = now();
  expect(now()).toBe(first);
  expect(book.hear(seen(1))).toBe(false);
  // Heard once more, and the same of it.
  membership.heard(capabilitiesOf(other, { name: 'beta', revision: 9 }), 5);
  expect(now()).toBe(first);
  book.hear(seen(2));
  expect(now()).not.toBe(first);
});
