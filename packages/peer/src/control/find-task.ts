import type { TaskView } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';

/** By full id, or by number where one repository has it. Throws `task_unknown`. */
export function findTask(tasks: readonly TaskView[], id: string): TaskView {
  const number = /^#?([1-9]\d{0,9})$/.exec(id)?.[1];
  const found = tasks.filter(({ task }) =>
    number === undefined ? task === id : task.endsWith(`#${number}`),
  );
  const [task] = found;
  if (task !== undefined && found.length === 1) return task;
  if (task === undefined) throw new BzzzError('task_unknown', `there is no task ${id}`);
  const ids = found.map((one) => one.task).join(', ');
  throw new BzzzError('task_unknown', `${id} could be ${ids}: give the whole name`);
}
