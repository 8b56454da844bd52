import { BzzzError } from '@bzzz/protocol';
import type { ControlClient } from '@bzzz/peer';
import { type Command, InvalidArgumentError } from 'commander';
import { clientOf, type Context, type Options, withCommonOptions, wantsJson } from '../context.ts';
import { entryLine } from '../output/entry.ts';
import { authorOf } from '../output/units.ts';
import { safeJson } from '../terminal.ts';
import { output, outputTask } from './logs-output.ts';

export function logsCommand(program: Command, context: Context): void {
  const command = program
    .command('logs')
    .argument('[what]', 'a peer, or a task: what all the journals here tell of it')
    .description("the peer's journal: all that it did; --json prints one object a line")
    .option('-f, --follow', 'go on until Ctrl-C')
    .option('-n, --lines <count>', 'so many of the newest', wholeNumber, 50)
    .option('--from <seq>', 'of the own journal, from this position on', wholeNumber)
    .option('--mesh', 'all journals here, merged, instead of the own one')
    .option(
      '--since <time>',
      'of all journals: 10m, 2h, 3d, or a time as 2026-01-31T12:00Z',
      moment,
    )
    .option('--until <time>', 'of all journals: the same, exclusive', moment)
    .option('--kind <kinds>', 'of all journals: as task.ended,attempt.ended')
    .option('--text <words>', 'of all journals: that have these words')
    .option('--output', 'of a task: what its attempt prints, wherever it runs');
  withCommonOptions(command).action((what: string | undefined, options: Options) => {
    const task = outputTask(what, options);
    if (task !== undefined) return untilCtrlC(context, output(context, options, task));
    return isMerged(what, options) ? history(context, options, what) : logs(context, options);
  });
}

function isMerged(what: string | undefined, options: Options): boolean {
  const merged = ['mesh', 'since', 'until', 'kind', 'text'].filter((one) => one in options);
  if (what === undefined && merged.length === 0) return false;
  if ('from' in options) {
    throw new BzzzError('cli_usage', '--from counts positions of the own journal only');
  }
  return true;
}

async function logs(context: Context, options: Options): Promise<void> {
  const { terminal, interrupted: signal } = context;
  const client = await clientOf(context, options);
  const { from, lines } = options;
  const start = typeof from === 'number' ? { from } : { last: Number(lines) };
  const found = client.logs({ ...start, follow: options['follow'] === true, signal });
  await untilInterrupted(context, found, (line) =>
    terminal.print(wantsJson(options) ? safeJson(line) : entryLine(terminal, line)),
  );
}

async function history(
  context: Context,
  options: Options,
  what: string | undefined,
): Promise<void> {
  const { terminal, interrupted: signal } = context;
  const client = await clientOf(context, options);
  const { since, until, kind, text } = options;
  if (what !== undefined) await noteBeginning(context, client, what);
  const found = client.history({
    ...(what === undefined ? {} : isTask(what) ? { task: what } : { peer: what }),
    ...(typeof since === 'number' ? { sinceMs: since } : {}),
    ...(typeof until === 'number' ? { untilMs: until } : {}),
    ...(typeof kind === 'string' ? { kind } : {}),
    ...(typeof text === 'string' ? { text } : {}),
    last: Number(options['lines']),
    follow: options['follow'] === true,
    signal,
  });
  let shown = 0;
  await untilInterrupted(context, found, (one) => {
    shown += 1;
    terminal.print(
      wantsJson(options) ? safeJson(one) : entryLine(terminal, { ...one, who: authorOf(one) }),
    );
  });
  if (shown > 0 || signal.aborted || wantsJson(options)) return;
  const hint = isTask(what) ? `; \`bzzz why ${what}\` says how it stands` : '';
  terminal.note(`No entry that is held here fits${hint}.`);
}

function isTask(what: string | undefined): what is string {
  return what !== undefined && /#|^\d+$/.test(what);
}

/** Of a peer whose journal is not held from its beginning, that is said first; of a task nobody knows it. */
async function noteBeginning(
  { terminal, interrupted: signal }: Context,
  client: ControlClient,
  what: string,
): Promise<void> {
  const { peers } = await client.peers({ signal });
  const found = peers.find(
    ({ id, name }) => name === what || (what.length >= 4 && id.endsWith(what)),
  );
  const from = found?.journal.from ?? 0;
  if (from === 0) return;
  terminal.note(`Its journal is held here from entry ${from} on; older ones were let go.`);
}

/** Ctrl-C is how following ends. */
async function untilInterrupted<T>(
  { interrupted }: Context,
  lines: AsyncIterable<T>,
  show: (line: T) => void,
): Promise<void> {
  const all = async () => {
    for await (const line of lines) show(line);
  };
  await untilCtrlC({ interrupted }, all());
}

async function untilCtrlC(
  { interrupted }: Pick<Context, 'interrupted'>,
  work: Promise<void>,
): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof BzzzError && interrupted.aborted)) throw error;
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Not a whole number.');
  return Number(text);
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** In ms since 1970; `10m` is ten minutes ago. */
function moment(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && isUnit(unit)) return Date.now() - Number(count) * unitMs[unit];
  const atMs = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs))
    throw new InvalidArgumentError('Neither as 10m nor as 2026-01-31T12:00Z.');
  return Math.max(0, atMs);
}

function isUnit(unit: string | undefined): unit is keyof typeof unitMs {
  return unit !== undefined && unit in unitMs;
}
