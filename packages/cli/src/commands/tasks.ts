import type { TaskAnswer } from '@bzzz/peer';
import { taskPlace } from '@bzzz/protocol/api';
import type { Command } from 'commander';
import {
  clientOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';
import { entryLine } from '../output/entry.ts';
import { helpTrees } from '../output/help-tree.ts';
import { table } from '../output/table.ts';
import { authorOf, shortId } from '../output/units.ts';
import { printable, type Terminal } from '../terminal.ts';

export function tasksCommand(program: Command, context: Context): void {
  const command = program
    .command('tasks')
    .argument('[task]', 'number or owner/name#number: what became of this one')
    .description('the tasks that the peer knows of');
  withCommonOptions(command).action((task: string | undefined, options: Options) =>
    task === undefined ? list(context, options) : story(context, options, task),
  );
}

async function list(context: Context, options: Options): Promise<void> {
  const { terminal } = context;
  const client = await clientOf(context, options);
  const { tasks } = await client.tasks({ signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, { tasks });
  if (tasks.length === 0) return terminal.print('No task is known yet.');
  const rows = tasks.map((task) => row(terminal, task));
  for (const line of table(headings, rows)) terminal.print(line);
}

const headings = ['task', 'state', 'epoch', 'owner', 'pull', 'title'];

function row(terminal: Terminal, task: TaskAnswer): string[] {
  return [
    task.task,
    state(terminal, task),
    task.epoch === 0 ? '-' : String(task.epoch),
    owner(task),
    task.pullRequest === null ? '-' : `#${task.pullRequest}`,
    printable(task.reason === null ? task.title : `${task.title} (${task.reason})`),
  ];
}

function owner({ holder, holderName }: TaskAnswer): string {
  if (holder === null) return '-';
  return holderName === null ? shortId(holder) : printable(holderName);
}

function state(terminal: Terminal, task: TaskAnswer): string {
  const place = taskPlace(task);
  if (place === 'done') return terminal.style('green', place);
  if (place === 'failed') return terminal.style('red', place);
  if (place === 'with people') return terminal.style('yellow', place);
  if (place === 'left alone') return terminal.style('dim', place);
  return place === 'open' ? place : terminal.style('cyan', place);
}

async function story(context: Context, options: Options, id: string): Promise<void> {
  const { terminal } = context;
  const client = await clientOf(context, options);
  const answer = await client.task(id, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  const { task } = answer;
  terminal.print(`${terminal.style('bold', task.task)}  ${printable(task.title)}`);
  const pull = task.pullRequest === null ? '' : `, pull request #${task.pullRequest}`;
  const why = task.reason === null ? '' : `: ${printable(task.reason)}`;
  terminal.print(
    `${state(terminal, task)}${why}; owner ${owner(task)}, epoch ${task.epoch}${pull}`,
  );
  terminal.print('');
  for (const one of answer.story)
    terminal.print(entryLine(terminal, { ...one, who: authorOf(one) }));
  const nameOf = (peer: string) => answer.story.find((one) => one.peer === peer)?.name ?? null;
  const trees = helpTrees(answer.story, nameOf);
  if (trees.length === 0) return;
  terminal.print('');
  terminal.print(terminal.style('bold', 'Requests for help'));
  for (const line of trees) terminal.print(line);
}
