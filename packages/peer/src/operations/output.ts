import type { OutputAnswer, OutputQuery } from '@bzzz/protocol/api';
import type { z } from 'zod';
import { findTask } from './find-task.ts';
import type { OperationsTarget } from './target.ts';

/** What the attempt at a task prints, asked of whoever runs it. Throws `task_unknown`, `aborted`. */
export async function outputOf(
  { coordinator, output }: Pick<OperationsTarget, 'coordinator' | 'output'>,
  id: string,
  { after }: z.output<typeof OutputQuery>,
  signal: AbortSignal,
): Promise<OutputAnswer> {
  const { tasks, members } = coordinator.view();
  const { task } = findTask(tasks, id);
  const { peer, piece, why } = await output.read(task, after, { signal });
  const name = members.find((one) => one.peer === peer)?.name ?? null;
  if (piece === null) return { task, peer, name, output: null, why };
  const { from, to, ...told } = piece;
  const begin = after ?? { run: from.run, at: 0 };
  const skipped = begin.run !== from.run || begin.at !== from.at;
  const position = `${to.run}.${to.at}`;
  return { task, peer, name, output: { ...told, skipped, position }, why };
}
