/** Tasks that peers have given up, and that stand until a person acts. Pure. */
import type { TaskView } from '@bzzz/coordination';
import type { Problem } from '@bzzz/protocol/api';

const toldMax = 3;

export function forPeopleOf(tasks: readonly TaskView[]): Problem[] {
  // Whoever closes the issue, or takes its label off, has acted.
  const failed = tasks.filter(({ state, wanted }) => state === 'failed' && wanted);
  if (failed.length === 0) return [];
  const names = failed.slice(0, toldMax).map(({ task }) => task);
  const more = failed.length > toldMax ? `, and ${failed.length - toldMax} more` : '';
  const verb = failed.length === 1 ? 'task waits' : 'tasks wait';
  const text = `${failed.length} ${verb} for a person: ${names.join(', ')}${more}.`;
  return [{ code: 'tasks_need_person', severity: 'warning', text, advice }];
}

const advice =
  '`bzzz tasks <n>` tells what was tried; a comment `/bzzz retry` on the issue has it tried again, closing the issue ends it.';
