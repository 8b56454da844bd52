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
import { printable } from '../terminal.ts';

export function pauseCommand(program: Command, context: Context): void {
  const command = program
    .command('pause')
    .argument('[task]', 'number or owner/name#number: only its attempt on this peer stands still')
    .description('begin nothing new; what is under way goes on, and the pause outlives a restart')
    .option('--mesh', 'all peers of the mesh, those that join later too')
    .option(
      '--attempts',
      'stop what is under way on this peer too, where it is, and keep its tasks',
    );
  withCommonOptions(command).action((task: string | undefined, options: Options) =>
    set(context, { task, options }, true),
  );
}

export function resumeCommand(program: Command, context: Context): void {
  const command = program
    .command('resume')
    .argument('[task]', 'number or owner/name#number: its attempt on this peer goes on')
    .description('begin new work again, after `bzzz pause`')
    .option('--mesh', 'all peers that are not paused themselves')
    .option('--attempts', 'only what is under way goes on; a pause of new work stays');
  withCommonOptions(command).action((task: string | undefined, options: Options) =>
    set(context, { task, options }, false),
  );
}

interface Asked {
  readonly task: string | undefined;
  readonly options: Options;
}

async function set(context: Context, { task, options }: Asked, paused: boolean): Promise<void> {
  const scope = scopeOf(options);
  if (task !== undefined) return setTask(context, { task, options }, paused);
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

async function setTask(
  context: Context,
  { task, options }: Asked & { task: string },
  paused: boolean,
): Promise<void> {
  if (scopeOf(options) !== 'self') {
    throw new BzzzError('cli_usage', 'a task is paused alone, without --mesh and --attempts');
  }
  const client = await clientOf(context, options);
  const request = { scope: 'task' as const, task, paused };
  const answer = await client.pause(request, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  const how = paused ? 'stands still, and keeps its task and its slot' : 'goes on';
  context.terminal.print(`The attempt at ${printable(task)} ${how}.`);
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
