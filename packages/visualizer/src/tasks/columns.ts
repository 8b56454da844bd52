/** The board: tasks by how far they are. */
import { taskPlace } from '@bzzz/protocol/api';
import type { TaskRow } from '../live/page-view.ts';

export interface Column {
  readonly name: string;
  readonly state: string;
  readonly tasks: readonly TaskRow[];
  /** What it says when there is none. */
  readonly empty: string;
}

const stages = [
  { name: 'Open', state: 'open', of: ['open', 'released'], empty: 'Nothing waits.' },
  {
    name: 'At work',
    state: 'running',
    of: ['claimed', 'running', 'helping'],
    empty: 'Nobody works at present.',
  },
  {
    name: 'Being proved',
    state: 'verifying',
    of: ['publishing', 'verifying'],
    empty: 'No result waits for verdicts.',
  },
  { name: 'Done', state: 'done', of: ['done'], empty: 'Nothing is done yet.' },
  {
    name: 'For a person',
    state: 'failed',
    of: ['failed', 'with people'],
    empty: 'Nothing needs a person.',
  },
] as const;

export function columnsOf(tasks: readonly TaskRow[]): Column[] {
  const wanted = tasks.filter((task) => !isLeftAlone(task));
  const known = new Set<string>(stages.flatMap(({ of }) => of));
  const columns = stages.map(({ name, state, of, empty }): Column => {
    const states: readonly string[] = of;
    const own = wanted.filter((task) => states.includes(taskPlace(task)));
    return { name, state, tasks: own.sort(newestFirst), empty };
  });
  // A newer peer may know a state that this page does not.
  const others = wanted.filter((task) => !known.has(taskPlace(task)));
  if (others.length > 0) columns.push({ name: 'Other', state: 'other', tasks: others, empty: '' });
  return columns;
}

/** Issues that bzzz sees and does not touch. */
export function leftAlone(tasks: readonly TaskRow[]): TaskRow[] {
  return tasks.filter(isLeftAlone).sort(newestFirst);
}

export function isLeftAlone(task: Pick<TaskRow, 'state' | 'wanted' | 'epoch'>): boolean {
  return taskPlace(task) === 'left alone';
}

function newestFirst(left: TaskRow, right: TaskRow): number {
  return (
    (right.told?.changedMs ?? 0) - (left.told?.changedMs ?? 0) ||
    numberIn(right.task) - numberIn(left.task)
  );
}

function numberIn(task: string): number {
  return Number(task.slice(task.lastIndexOf('#') + 1));
}
