/** How a task stands, for people. */
import type { TaskAnswer } from '@bzzz/peer';
import { printable, type Terminal } from '../terminal.ts';
import { shortId } from './units.ts';

/** The whole of it in one line, without what there is none of. */
export function taskHead(terminal: Terminal, task: TaskAnswer): string {
  const why = task.reason === null ? '' : `: ${printable(task.reason)}`;
  const facts = [
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

export function taskState(terminal: Terminal, { state, wanted }: TaskAnswer): string {
  if (state === 'done') return terminal.style('green', state);
  if (state === 'failed') return terminal.style('red', state);
  if (state === 'open' && !wanted) return terminal.style('dim', 'left alone');
  return state === 'open' ? state : terminal.style('cyan', state);
}
