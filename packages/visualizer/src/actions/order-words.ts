/** What a person reads before and after an order about a task. */
import type { TaskOrder } from '@bzzz/protocol';

interface Words {
  readonly title: string;
  /** On the button that does it. */
  readonly confirm: string;
  readonly text: string;
}

export const orderWords: Readonly<Record<TaskOrder, Words>> = {
  cancel: {
    title: 'Cancel',
    confirm: 'Stop the work',
    text: 'Whoever holds it stops and gives it back. It stays with people until somebody says retry.',
  },
  release: {
    title: 'Release',
    confirm: 'Release it',
    text: 'Whoever holds it stops and gives it back. It stays with people until its label is put on anew.',
  },
  retry: {
    title: 'Retry',
    confirm: 'Try it again',
    text: 'It is tried again, its attempts counted anew. What was left to people is taken up.',
  },
};

/** What happens after it was said, and by when; `state`: of the task as it stands. */
export function orderSaid(order: TaskOrder, state: string): string {
  if (order !== 'retry') return 'It holds as soon as a peer has read it there.';
  if (state !== 'done') return 'It is taken up as soon as a peer has read it there.';
  return 'The peer that watches the repository reads what is said about results every two minutes, or as its configuration says; until then it stands as done.';
}
