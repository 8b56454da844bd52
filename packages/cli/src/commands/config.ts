import { showConfig } from '@bzzz/peer';
import type { Command } from 'commander';
import {
  configOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  withSettingOptions,
  wantsJson,
} from '../context.ts';
import { printable } from '../terminal.ts';
import { table } from '../output/table.ts';

export function configCommand(program: Command, context: Context): void {
  const command = program
    .command('config')
    .description('show every setting and where it came from; secrets stay hidden');
  withSettingOptions(withCommonOptions(command)).action((options: Options) =>
    show(context, options),
  );
}

async function show(context: Context, options: Options): Promise<void> {
  const loaded = await configOf(context, options);
  const settings = showConfig(loaded);
  if (wantsJson(options)) return printJson(context, { file: loaded.file, settings });
  const { terminal } = context;
  terminal.print(terminal.style('dim', `file: ${loaded.file ?? 'none'}`));
  const rows = settings.map(({ path, value, origin }) => [path, text(value), origin.where]);
  for (const line of table(['setting', 'value', 'from'], rows)) terminal.print(line);
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : printable(value.join(', '));
  return printable(String(value));
}
