/** Why this peer does not do more than it does: its slots, and each open task. Pure. */
import { limits, type WhyIdle } from '@bzzz/protocol';
import { fit, pausedBy, tell } from './sentence.ts';
import type { WhySources } from './sources.ts';
import { isOpen, tasksMax, whyTask } from './task.ts';

export function whyIdle(sources: WhySources): WhyIdle {
  const { self, active } = sources;
  const tasks = sources.tasks
    .filter((entry) => isOpen(sources, entry) && sources.activity(entry.task) === 'none')
    .sort((a, b) => a.task.localeCompare(b.task, 'en', { numeric: true }));
  const open = tasks.slice(0, tasksMax).map(({ task, title }) => ({
    task,
    title: fit(title, limits.whyTitleCharsMax),
    ...tell(whyTask(sources, task)),
  }));
  return {
    about: 'peer',
    running: active.length,
    slots: self.slots,
    text: fit(conclusion(sources, tasks.length, open[0]?.text)),
    working: active.slice(0, tasksMax),
    open,
    more: tasks.length - open.length,
  };
}

function conclusion(sources: WhySources, openTasks: number, first: string | undefined): string {
  const { self, active, stopping, unable, paused } = sources;
  if (stopping) return 'is stopping';
  if (unable !== null) return `executes nothing: ${unable}`;
  if (self.slots === 0) return 'only watches: it has no slots';
  if (paused !== null) return `begins nothing new: ${pausedBy(paused)}`;
  const busy = `${active.length} of ${self.slots} ${self.slots === 1 ? 'slot' : 'slots'} taken`;
  if (openTasks === 0 || first === undefined)
    return `${busy}; no task is open${waitingOnes(sources)}`;
  const open = openTasks === 1 ? '1 task is open' : `${openTasks} tasks are open`;
  return active.length >= self.slots ? `${busy}; ${open}` : `${busy}; ${open}: ${first}`;
}

/** Open ones that nobody may take yet. */
function waitingOnes({ tasks }: WhySources): string {
  const { length } = tasks.filter(({ wanted, waitsFor }) => !wanted && waitsFor !== null);
  return length === 0 ? '' : `, and ${length} ${length === 1 ? 'waits' : 'wait'} for other issues`;
}
