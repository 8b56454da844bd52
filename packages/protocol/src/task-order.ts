import { z } from 'zod';

/** What people tell bzzz to do with an issue. */
export const TaskOrder = z.enum(['cancel', 'release', 'retry']);
export type TaskOrder = z.infer<typeof TaskOrder>;

/** The whole first line of the comment that says it. */
export const orderLines: Readonly<Record<TaskOrder, string>> = {
  /** Leaves the issue to people, until one says retry. */
  cancel: '/bzzz stop',
  /** Leaves it to people, until the label is put on anew. */
  release: '/bzzz release',
  retry: '/bzzz retry',
};

/** Undefined: the line says none of them. */
export function orderIn(line: string): TaskOrder | undefined {
  return TaskOrder.options.find((order) => orderLines[order] === line.trimEnd());
}
