import { adminToken } from '@bzzz/gateway/admin-token';
import { BzzzError } from '@bzzz/protocol';
import type { Command } from 'commander';
import {
  clientOf,
  configOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';

export function openCommand(program: Command, context: Context): void {
  const command = program
    .command('open')
    .description('the link to the page of the running peer, with the key to it');
  withCommonOptions(command).action(async (options: Options) => {
    const client = await clientOf(context, options);
    const { gateway } = await client.status({ signal: context.interrupted });
    if (gateway === null) {
      throw new BzzzError('gateway_off', 'this peer serves no page');
    }
    const { config } = await configOf(context, options);
    // In the fragment, which no browser sends to anybody.
    const link = `${gateway.url}/#token=${await adminToken(config.dataDir)}`;
    if (wantsJson(options)) return printJson(context, { link });
    context.terminal.print(link);
  });
}
