/** Makes a repository ready for bzzz. */
import { setUpRepository } from '@bzzz/peer';
import { BzzzError, complaints, RepoName } from '@bzzz/protocol';
import type { Command } from 'commander';
import {
  configOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';
import { printable } from '../terminal.ts';

export function repoCommand(program: Command, context: Context): void {
  const repo = program.command('repo').description('repositories that the mesh works on');
  const setup = repo
    .command('setup')
    .argument('<owner/name>', 'as the forge spells it')
    .description('put labels in place, and propose policy and issue form by a pull request')
    .addHelpText('after', '\nSafe to run again: what is there is left alone.');
  withCommonOptions(setup).action((name: string, options: Options) =>
    setUp(context, name, options),
  );
}

async function setUp(context: Context, name: string, options: Options): Promise<void> {
  const named = RepoName.safeParse(name);
  if (!named.success) throw new BzzzError('cli_usage', `${name}: ${complaints(named.error)}`);
  const { config } = await configOf(context, options);
  const done = await setUpRepository(config.forge, named.data, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, done);
  const { terminal } = context;
  for (const { name: label, made } of done.labels) {
    terminal.print(`${made ? terminal.style('green', 'made') : 'kept'}  label ${label}`);
  }
  for (const { path, proposed } of done.files) {
    terminal.print(`${proposed ? terminal.style('green', 'new ') : 'kept'}  ${path}`);
  }
  if (done.pullRequest === null) return;
  terminal.print('');
  terminal.print(`Look at it and merge it: ${printable(done.pullRequest.url)}`);
}
