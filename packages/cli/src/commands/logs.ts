import { BzzzError } from '@bzzz/protocol';
import { type Command, InvalidArgumentError } from 'commander';
import { clientOf, type Context, type Options, withCommonOptions, wantsJson } from '../context.ts';
import { entryLine } from '../output/entry.ts';
import { safeJson } from '../terminal.ts';

export function logsCommand(program: Command, context: Context): void {
  const command = program
    .command('logs')
    .description("the peer's journal: all that it did; --json prints one object a line")
    .option('-f, --follow', 'go on until Ctrl-C')
    .option('-n, --lines <count>', 'so many of the newest', wholeNumber, 50)
    .option('--from <seq>', 'from this position on, instead of --lines', wholeNumber);
  withCommonOptions(command).action((options: Options) => logs(context, options));
}

async function logs(context: Context, options: Options): Promise<void> {
  const { terminal, interrupted: signal } = context;
  const client = await clientOf(context, options);
  const { from, lines } = options;
  const start = typeof from === 'number' ? { from } : { last: Number(lines) };
  try {
    for await (const line of client.logs({
      ...start,
      follow: options['follow'] === true,
      signal,
    })) {
      terminal.print(wantsJson(options) ? safeJson(line) : entryLine(terminal, line));
    }
  } catch (error) {
    // Ctrl-C is how following ends.
    if (!(error instanceof BzzzError && signal.aborted)) throw error;
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Not a whole number.');
  return Number(text);
}
