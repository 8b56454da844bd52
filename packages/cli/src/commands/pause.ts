import { BzzzError } from '@bzzz/protocol';
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
    .option('--mesh', 'all peers of the mesh, those that join later too')
    .option(
      '--attempts',
      'stop what is under way on this peer too, where it is, and keep its tasks',
    );
  withCommonOptions(command).action((options: Options) => set(context, options, true));
}

export function resumeCommand(program: Command, context: Context): void {
  const command = program
    .command('resume')
    .description('begin new work again, after `bzzz pause`')
    .option('--mesh', 'all peers that are not paused themselves')
    .option('--attempts', 'only what is under way goes on; a pause of new work stays');
  withCommonOptions(command).action((options: Options) => set(context, options, false));
}

async function set(context: Context, options: Options, paused: boolean): Promise<void> {
  const scope = scopeOf(options);
  const client = await clientOf(context, options);
  const answer = await client.pause({ scope, paused }, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  context.terminal.print(said[scope][paused ? 'paused' : 'goesOn']);
  if (answer.paused && !paused && scope !== 'attempts') {
    const other =
      scope === 'mesh'
        ? 'this peer itself is paused: `bzzz resume`'
        : 'the mesh is paused: `bzzz resume --mesh`';
    context.terminal.print(`It still begins nothing here, since ${other}.`);
  }
}

type Scope = 'self' | 'mesh' | 'attempts';

const said: Readonly<Record<Scope, Readonly<Record<'paused' | 'goesOn', string>>>> = {
  self: { paused: 'This peer begins nothing new.', goesOn: 'This peer begins new work again.' },
  mesh: { paused: 'The mesh begins nothing new.', goesOn: 'The mesh begins new work again.' },
  attempts: {
    paused: 'The attempts of this peer stand still, and it begins nothing new.',
    goesOn: 'The attempts of this peer go on.',
  },
};

function scopeOf(options: Options): Scope {
  const attempts = options['attempts'] === true;
  if (options['mesh'] !== true) return attempts ? 'attempts' : 'self';
  if (!attempts) return 'mesh';
  throw new BzzzError('cli_usage', '--attempts is about this peer alone, without --mesh');
}
