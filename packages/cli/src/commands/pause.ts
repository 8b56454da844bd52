import type { Command } from 'commander';
import {
  clientOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';

export function pauseCommand(program: Command, context: Context): void {
  const command = program
    .command('pause')
    .description('begin nothing new; what is under way goes on, and the pause outlives a restart')
    .option('--mesh', 'all peers of the mesh, those that join later too');
  withCommonOptions(command).action((options: Options) => set(context, options, true));
}

export function resumeCommand(program: Command, context: Context): void {
  const command = program
    .command('resume')
    .description('begin new work again, after `bzzz pause`')
    .option('--mesh', 'all peers that are not paused themselves');
  withCommonOptions(command).action((options: Options) => set(context, options, false));
}

async function set(context: Context, options: Options, paused: boolean): Promise<void> {
  const scope = options['mesh'] === true ? ('mesh' as const) : ('self' as const);
  const client = await clientOf(context, options);
  const answer = await client.pause({ scope, paused }, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  const who = scope === 'mesh' ? 'The mesh' : 'This peer';
  context.terminal.print(`${who} ${paused ? 'begins nothing new' : 'begins new work again'}.`);
  if (answer.paused && !paused) {
    const other =
      scope === 'mesh'
        ? 'this peer itself is paused: `bzzz resume`'
        : 'the mesh is paused: `bzzz resume --mesh`';
    context.terminal.print(`It still begins nothing here, since ${other}.`);
  }
}
