/** What the attempt at a task prints, wherever in the mesh it runs. */
import { setTimeout as pause } from 'node:timers/promises';
import { BzzzError, printedText } from '@bzzz/protocol';
import type { OutputAnswer } from '@bzzz/protocol/api';
import { clientOf, type Context, type Options, wantsJson } from '../context.ts';
import { printable, safeJson } from '../terminal.ts';

const everyMs = 500;
/** Between parts of what is there already. */
const moreMs = 50;

export async function output(context: Context, options: Options, task: string): Promise<void> {
  const { terminal, interrupted: signal } = context;
  const client = await clientOf(context, options);
  const follow = options['follow'] === true;
  let after: string | undefined;
  let heard = '';
  for (;;) {
    const answer = await client.output(task, { signal, ...(after !== undefined && { after }) });
    const news = noteOf(answer);
    if (news !== heard) terminal.note(news);
    heard = news;
    if (answer.output !== null && (answer.output.text !== '' || wantsJson(options))) {
      if (wantsJson(options)) terminal.print(safeJson(answer));
      // The peer that sent it has made it harmless; this one does not take its word.
      else terminal.print(printedText(answer.output.text).replace(/\n$/, ''));
    }
    after = answer.output?.position ?? after;
    const more = answer.output?.more === true;
    if (!more && !follow) return;
    const restMs = more ? moreMs : everyMs;
    await pause(restMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

/** Whose words follow, told whenever that is another than before. */
function noteOf({ task, name, output: piece, why }: OutputAnswer): string {
  if (piece === null) return `${task}: ${why ?? 'nothing is printed'}.`;
  const { epoch, attempt, executor, running } = piece;
  const where = name === null ? '' : ` on ${name}`;
  const state = running ? 'runs' : 'has ended';
  return printable(`${task}: attempt ${attempt} of epoch ${epoch} (${executor})${where} ${state}.`);
}

/** Throws `cli_usage` where the options do not fit together. */
export function outputTask(what: string | undefined, options: Options): string | undefined {
  if (options['output'] !== true) return undefined;
  if (what !== undefined && /#|^\d+$/.test(what)) return what;
  throw new BzzzError('cli_usage', '--output is about a task: give its number or owner/name#n');
}
