import type { TaskView } from '@bzzz/coordination';
import { BzzzError, isBzzzError, IssueNumber, type RepoName, TaskId, taskId } from '@bzzz/protocol';

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

/** The same, also of a task that this peer has not seen, where the name leaves no doubt. */
export function askedTask(
  tasks: readonly TaskView[],
  repositories: readonly RepoName[],
  id: string,
): TaskId {
  try {
    return findTask(tasks, id).task;
  } catch (error) {
    const [repo] = repositories;
    const named = TaskId.safeParse(id);
    const number = IssueNumber.safeParse(Number(id.replace(/^#/, '')));
    const ambiguous = tasks.some(({ task }) => number.success && task.endsWith(`#${number.data}`));
    if (!isBzzzError(error, 'task_unknown') || ambiguous) throw error;
    if (named.success) return named.data;
    if (number.success && repo !== undefined && repositories.length === 1) {
      return taskId(repo, number.data);
    }
    throw error;
  }
}
