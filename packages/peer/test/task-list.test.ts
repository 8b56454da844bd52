/** The answer that lists all tasks is the same object as long as the list is. */
import type { TaskView } from '@bzzz/coordination';
import { TaskId } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { createTaskList } from '../src/status/task-list.ts';
import { taskView } from './member.ts';

function view(number: number, changed: Partial<TaskView> = {}): TaskView {
  return taskView({ task: TaskId.parse(`owner/sample#${number}`), ...changed });
}

it('is made anew for another list, and only then', () => {
  let views = [view(10), view(9)];
  const list = createTaskList(() => views);
  const first = list();
  expect(first.tasks.map(({ task }) => task)).toEqual(['owner/sample#9', 'owner/sample#10']);
  expect(list()).toBe(first);
  views = [view(10), view(9, { state: 'done' })];
  expect(list()).not.toBe(first);
  expect(list().tasks[0]).toMatchObject({ state: 'done' });
});
