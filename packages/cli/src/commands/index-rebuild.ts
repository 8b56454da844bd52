import type { Command } from 'commander';
import {
  clientOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';

export function indexCommand(program: Command, context: Context): void {
  const index = program
    .command('index')
    .description('the index of all journals, from which `bzzz logs` and `bzzz tasks` find things');
  const command = index
    .command('rebuild')
    .description('makes it anew from the journals, which hold everything that it tells');
  withCommonOptions(command).action((options: Options) => rebuild(context, options));
}

async function rebuild(context: Context, options: Options): Promise<void> {
  const client = await clientOf(context, options);
  const answer = await client.rebuildIndex({ signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  context.terminal.print(`Made anew: ${answer.entries} entries of all journals here.`);
}
