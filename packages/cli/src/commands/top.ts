import type { Command } from 'commander';
import { clientOf, type Context, type Options, withCommonOptions, wantsJson } from '../context.ts';
import { entryLine } from '../output/entry.ts';
import { statusLines } from '../output/status-lines.ts';
import { authorOf } from '../output/units.ts';
import { safeJson } from '../terminal.ts';

export function topCommand(program: Command, context: Context): void {
  const command = program
    .command('top')
    .description(
      'peers, tasks and the log on one screen, with keys; plain lines where there is no terminal',
    );
  withCommonOptions(command).action(async (options: Options) => {
    const client = await clientOf(context, options);
    const { terminal, interrupted: signal } = context;
    // Told at once, and not on a screen that is put away again.
    const status = await client.status({ signal });
    if (terminal.columns !== null && process.stdin.isTTY && !wantsJson(options)) {
      const { showTop } = await import('../top/screen.ts');
      return showTop({ terminal, client, signal });
    }
    if (!wantsJson(options)) for (const line of statusLines(terminal, status)) terminal.print(line);
    try {
      for await (const event of client.events({ last: 10, signal })) {
        if (wantsJson(options)) terminal.print(safeJson(event));
        else if (event.type === 'entry') {
          terminal.print(entryLine(terminal, { ...event.entry, who: authorOf(event.entry) }));
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  });
}
