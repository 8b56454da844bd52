/** Tasks by the words that a person types: of the number, the repository, the title, the reason, a state or a peer. */
import { taskPlace } from '@bzzz/protocol/api';
import type { TaskRow } from '../live/page-view.ts';

/** All words must be there; none typed: all tasks. `nameOf`: of the peer that holds it. */
export function tasksWith(
  tasks: readonly TaskRow[],
  typed: string,
  nameOf: (peer: string) => string,
): readonly TaskRow[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return tasks;
  return tasks.filter((row) => {
    const holder = row.holder === null ? '' : nameOf(row.holder);
    const pull = row.pullRequest === null ? '' : `PR #${row.pullRequest}`;
    const parts = [row.title, taskPlace(row), holder, row.reason ?? ''];
    const text = parts.join(' ').toLowerCase();
    const numbers = [row.task, pull].join(' ').toLowerCase();
    return words.every((word) => text.includes(word) || hasNumber(numbers, word));
  });
}

/** The only task of that number, where nothing else was typed. */
export function taskNumbered(tasks: readonly TaskRow[], typed: string): TaskRow | null {
  const digits = /^#?(\d+)$/.exec(typed.trim())?.[1];
  if (digits === undefined) return null;
  const [task, ...others] = tasks.filter((row) => row.task.endsWith(`#${digits}`));
  return task === undefined || others.length > 0 ? null : task;
}

/** `#1` is not a part of `#12`; what is no number may be a part of the repository's name. */
function hasNumber(numbers: string, word: string): boolean {
  const digits = /^#?(\d+)$/.exec(word)?.[1];
  if (digits === undefined) return numbers.includes(word);
  return numbers.split(/\s+/).some((one) => one.endsWith(`#${digits}`));
}
