/** How a task stands, for people. */
import type { TaskAnswer } from '@bzzz/peer';
import { taskPlace } from '@bzzz/protocol/api';
import { printable, type Terminal } from '../terminal.ts';
import { shortId } from './units.ts';

/** The whole of it in one line, without what there is none of. */
export function taskHead(terminal: Terminal, task: TaskAnswer): string {
  const why = task.reason === null ? '' : `: ${printable(task.reason)}`;
  const facts = [
    ...(task.resting ? ['paused by its operator'] : []),
    ...(task.holder === null ? [] : [`owner ${taskOwner(task)}`]),
    ...(task.epoch === 0 ? [] : [`epoch ${task.epoch}`]),
    ...(task.pullRequest === null ? [] : [`pull request #${task.pullRequest}`]),
  ];
  const rest = facts.length === 0 ? '' : `; ${facts.join(', ')}`;
  return `${taskState(terminal, task)}${why}${rest}`;
}

export function taskOwner({ holder, holderName }: TaskAnswer): string {
  if (holder === null) return '-';
  return holderName === null ? shortId(holder) : printable(holderName);
}

export function taskState(terminal: Terminal, task: TaskAnswer): string {
  const place = taskPlace(task);
  if (place === 'done') return terminal.style('green', place);
  if (place === 'failed') return terminal.style('red', place);
  if (place === 'with people') return terminal.style('yellow', place);
  if (place === 'left alone') return terminal.style('dim', place);
  return place === 'open' ? place : terminal.style('cyan', place);
}
