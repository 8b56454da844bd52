import { TaskOrder } from '@bzzz/protocol';
import type { Command } from 'commander';
import {
  clientOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';

const meanings: Readonly<Record<TaskOrder, string>> = {
  cancel: 'stop all work on a task and leave its issue to people, until somebody says retry',
  release: 'take a task from whoever holds it, until its label is put on anew',
  retry: 'try a task again that failed or was left to people',
};

/** All of them are comments on the issue, which every peer reads. */
export function orderCommands(program: Command, context: Context): void {
  for (const order of TaskOrder.options) {
    const command = program
      .command(order)
      .argument('<task>', 'owner/name#n, or n')
      .description(meanings[order])
      .addHelpText('after', '\nIt is said by a comment on the issue, as the account of the peer.');
    withCommonOptions(command).action((task: string, options: Options) =>
      say(context, { task, order }, options),
    );
  }
}

async function say(
  context: Context,
  { task, order }: { readonly task: string; readonly order: TaskOrder },
  options: Options,
): Promise<void> {
  const client = await clientOf(context, options);
  const said = await client.order(task, { order }, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, said);
  context.terminal.print(`Said on ${said.task}: ${said.url}`);
}
