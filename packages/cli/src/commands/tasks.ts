import type { TaskAnswer } from '@bzzz/peer';
import type { Command } from 'commander';
import {
  clientOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';
import { helpTrees } from '../output/help-tree.ts';
import { table } from '../output/table.ts';
import { taskHead, taskOwner, taskState } from '../output/task-head.ts';
import { storyLines } from '../output/task-story.ts';
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
    taskState(terminal, task),
    task.epoch === 0 ? '-' : String(task.epoch),
    taskOwner(task),
    task.pullRequest === null ? '-' : `#${task.pullRequest}`,
    printable(task.reason === null ? task.title : `${task.title} (${task.reason})`),
  ];
}

async function story(context: Context, options: Options, id: string): Promise<void> {
  const { terminal } = context;
  const client = await clientOf(context, options);
  const answer = await client.task(id, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  const { task } = answer;
  terminal.print(`${terminal.style('bold', task.task)}  ${printable(task.title)}`);
  terminal.print(taskHead(terminal, task));
  terminal.print('');
  const nameOf = (peer: string) => answer.story.find((one) => one.peer === peer)?.name ?? null;
  for (const line of storyLines(terminal, answer.story, nameOf)) terminal.print(line);
  const trees = helpTrees(answer.story, nameOf);
  if (trees.length === 0) return;
  terminal.print('');
  terminal.print(terminal.style('bold', 'Requests for help'));
  for (const line of trees) terminal.print(line);
}
