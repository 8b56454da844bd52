/** A code that lets one new machine into the mesh, made where the operator's key lies. */
import { BzzzError } from '@bzzz/protocol';
import type { Command } from 'commander';
import { lasting } from '../output/units.ts';
import {
  clientOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';

export function inviteCommand(program: Command, context: Context): void {
  const command = program
    .command('invite')
    .description('make a code with which one new machine joins the mesh (`bzzz join`)')
    .option('--for <minutes>', 'how long it opens, at most a week', '60')
    .option('--host <host...>', 'further names or addresses by which this machine is reached')
    .addHelpText(
      'after',
      '\nGive the code to nobody but the new machine: whoever has it first is in.',
    );
  withCommonOptions(command).action((options: Options) => invite(context, options));
}

async function invite(context: Context, options: Options): Promise<void> {
  const minutes = Number(options['for']);
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 7 * 24 * 60) {
    throw new BzzzError(
      'cli_usage',
      `--for: minutes from 1 to 10080, not ${String(options['for'])}`,
    );
  }
  // Commander collects the values of a list as strings.
  const hosts = (options['host'] ?? []) as string[];
  const client = await clientOf(context, options);
  const request = { lastsMs: minutes * 60_000, hosts };
  const answer = await client.invite(request, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  const { terminal } = context;
  terminal.note(`On the new machine, within ${lasting(minutes)}; it opens once:`);
  terminal.print(`bzzz join ${answer.code}`);
  const where = answer.doors.map((door) => door.replace(/\/p2p\/.*/, '')).join(', ');
  terminal.note(`It will knock at ${where}.`);
}
