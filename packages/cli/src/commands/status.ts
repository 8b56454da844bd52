import type { Command } from 'commander';
import {
  clientOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';
import { statusLines } from '../output/status-lines.ts';

export function statusCommand(program: Command, context: Context): void {
  const command = program
    .command('status')
    .description('how the running peer is doing, and first of all what is wrong');
  withCommonOptions(command).action(async (options: Options) => {
    const client = await clientOf(context, options);
    const status = await client.status({ signal: context.interrupted });
    if (wantsJson(options)) return printJson(context, status);
    for (const line of statusLines(context.terminal, status)) context.terminal.print(line);
  });
}
