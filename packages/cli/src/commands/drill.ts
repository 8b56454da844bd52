/** Faults on purpose, against peers of this machine, and whether the invariants held. */
import { resolve } from 'node:path';
import { BzzzError } from '@bzzz/protocol';
import { type Command, InvalidArgumentError } from 'commander';
import { type Context, dataDirOf, type Options, printJson, wantsJson } from '../context.ts';
import type { Found } from '../drill/heal.ts';
import type { Fault } from '../drill/faults/fault.ts';
import type { Target } from '../drill/targets.ts';
import type { Undone } from '../drill/undo.ts';
import { exitCodes } from '../exit-codes.ts';
import { printable, type Terminal } from '../terminal.ts';
import { terminalUser } from '../terminal-user.ts';

type Make = (on: readonly Target[], all: readonly Target[], options: Options) => Promise<Fault>;

interface Kind {
  readonly name: string;
  readonly description: string;
  /** Default of `--for`; null: a little longer than the lease of a claim. */
  readonly forSeconds: number | null;
  readonly make: Make;
  readonly more?: (command: Command) => Command;
}

const kinds: readonly Kind[] = [
  {
    name: 'partition',
    description: 'cut peers off from all others of this machine; their way to the forge stays',
    forSeconds: 30,
    make: async (on, all, options) => {
      const { partitionFault } = await import('../drill/faults/links.ts');
      return partitionFault(on, all, { oneWay: options['oneWay'] === true });
    },
    more: (command) =>
      command.option('--one-way', 'only what they say is not heard; what they are told they hear'),
  },
  {
    name: 'kill',
    description: 'SIGKILL, and after a while start them again as they were started',
    forSeconds: 15,
    make: async (on) => (await import('../drill/faults/restarts.ts')).killFault(on),
  },
  {
    name: 'pause',
    description: 'let them stand still (SIGSTOP), as a machine does that sleeps',
    forSeconds: null,
    make: async (on) => (await import('../drill/faults/pause.ts')).pauseFault(on),
  },
  {
    name: 'skew',
    description:
      'start them again with a clock that is wrong, and after a while with the right one',
    forSeconds: 30,
    make: async (on, _all, options) => {
      const { skewFault } = await import('../drill/faults/restarts.ts');
      return skewFault(on, Number(options['by']));
    },
    more: (command) =>
      command.option(
        '--by <seconds>',
        'how far ahead, or behind with a minus',
        signedNumber,
        3_600,
      ),
  },
  {
    name: 'slow',
    description: 'lose some of the packets between them and others, and all that come too fast',
    forSeconds: 60,
    make: async (on, all, options) => {
      const { slowFault } = await import('../drill/faults/links.ts');
      const link = { percent: Number(options['loss']), kilobits: Number(options['rate']) };
      return slowFault(on, all, link);
    },
    more: (command) =>
      command
        .option('--loss <percent>', 'so many of a hundred packets', percent, 10)
        .option('--rate <kilobits>', 'no more than so many a second pass', kilobits, 512),
  },
];

export function drillCommand(program: Command, context: Context): void {
  const drill = program
    .command('drill')
    .description(
      'do harm on purpose to peers of this machine, and report whether the invariants held',
    );
  for (const { name, description, forSeconds, make, more } of kinds) {
    const command = withPeers(drill.command(name).description(description))
      .option('--on <peer...>', 'to these, by name or id (default: one that is at work)')
      .option(
        '--for <seconds>',
        `how long it lasts (default: ${forSeconds ?? 'a quarter more than the lease of a claim'})`,
        seconds,
      )
      .option('--settle <seconds>', 'how long to wait after it until all is well', seconds, 120)
      .option('--yes', 'do it without a question')
      .addHelpText('after', help);
    more?.(command);
    command.action((options: Options) => run(context, options, { make, forSeconds }));
  }
  withPeers(drill.command('heal'))
    .description('undo what a drill left behind that was killed')
    .action((options: Options) => heal(context, options));
}

const help = `
Exit code 0: all invariants hold; 1: not all of them, or one could not be looked at.
Ctrl-C ends it early and undoes what it did; what a drill left that was killed itself, the next one
undoes, or \`bzzz drill heal\`.`;

function withPeers(command: Command): Command {
  return command
    .option(
      '--data <dir...>',
      'data folders of the peers, or the folder of a trial (default: the own one, and trials)',
    )
    .option('--json', 'answer as JSON');
}

async function run(
  context: Context,
  options: Options,
  { make, forSeconds }: Pick<Kind, 'make' | 'forSeconds'>,
): Promise<void> {
  const { interrupted: signal, terminal } = context;
  refuseUnasked(options);
  const { chosen, findTargets } = await import('../drill/targets.ts');
  const say = (text: string) => progress(terminal, options).print(printable(text));
  const folders = await foldersFor(context, options);
  await healFirst(folders, options, { say, signal });
  const named = wordsOf(options['data']).length > 0;
  const user = terminalUser(context.env);
  const all = await findTargets(folders, { named, user, signal });
  const on = wordsOf(options['on']);
  const harmed = on.length > 0 ? chosen(all, on) : busiest(all);
  say(`mesh ${all[0]?.status.mesh.name}: ${all.map(({ name }) => name).join(', ')}`);
  await ask(`Do this to ${harmed.map(({ name }) => name).join(', ')}?`, options, signal);
  const { runDrill } = await import('../drill/run.ts');
  const report = await runDrill(all, () => make(harmed, all, options), {
    forMs: await durationMs(options, harmed, forSeconds),
    settleMs: Number(options['settle']) * 1000,
    say,
    signal,
  });
  context.exitWith(report.holds ? exitCodes.ok : exitCodes.failure);
  if (wantsJson(options)) return printJson(context, report);
  const { reportLines } = await import('../drill/report.ts');
  for (const line of reportLines(terminal, report)) terminal.print(line);
}

async function heal(context: Context, options: Options): Promise<void> {
  const { healAll } = await import('../drill/heal.ts');
  const { done: healed, failed } = await healAll(await foldersFor(context, options));
  if (!wantsJson(options)) {
    for (const one of healed) context.terminal.print(printable(`Undone: ${undoneText(one)}.`));
    if (healed.length === 0 && failed === undefined)
      context.terminal.print('No drill left anything behind.');
  }
  // Also where others could not be healed: what these were started without is told to nobody again.
  if (wantsJson(options)) printJson(context, { healed });
  if (failed !== undefined) throw failed;
}

/** Of an earlier drill; it is asked about as well, since it starts peers. */
async function healFirst(
  folders: readonly string[],
  options: Options,
  { say, signal }: { readonly say: (text: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  const { healAll, leftIn } = await import('../drill/heal.ts');
  const left = await leftIn(folders);
  if (left.failed !== undefined) throw left.failed;
  if (left.done.length === 0) return;
  const what = left.done.map(faultText).join(', ');
  await ask(`An earlier drill left ${what}. Undo that first?`, options, signal);
  const { done, failed } = await healAll(left.done.map(({ dataDir }) => dataDir));
  for (const one of done) say(`undone, of an earlier drill: ${undoneText(one)}`);
  if (failed !== undefined) throw failed;
}

function faultText({ fault, dataDir }: Found): string {
  return `${fault} of ${dataDir}`;
}

function undoneText(one: Undone): string {
  const { without } = one;
  return without.length === 0
    ? faultText(one)
    : `${faultText(one)}, started without ${without.join(', ')} of its environment`;
}

/** Those that are named; a configuration is read only where none is. */
async function foldersFor(context: Context, options: Options): Promise<string[]> {
  const { foldersOf, usualFolders } = await import('../drill/targets.ts');
  const named = wordsOf(options['data']);
  if (named.length === 0) return usualFolders(await dataDirOf(context, {}));
  return (await Promise.all(named.map((dir) => foldersOf(resolve(dir))))).flat();
}

async function durationMs(
  { for: said }: Options,
  harmed: readonly Target[],
  forSeconds: number | null,
): Promise<number> {
  if (typeof said === 'number') return said * 1000;
  if (forSeconds !== null) return forSeconds * 1000;
  const { configOf } = await import('../drill/config-of.ts');
  const configs = await Promise.all(harmed.map(configOf));
  return Math.max(...configs.map(({ timing }) => timing.leaseMs)) * 1.25;
}

/** Who is at most tasks, since there a fault matters most. */
function busiest(all: readonly Target[]): Target[] {
  return all.toSorted((a, b) => b.status.work.running - a.status.work.running).slice(0, 1);
}

/** Beside the answer, where that is for a program. */
function progress(terminal: Terminal, options: Options): Pick<Terminal, 'print'> {
  return wantsJson(options) ? { print: terminal.note } : terminal;
}

function refuseUnasked(options: Options): void {
  if (options['yes'] === true || (process.stdin.isTTY && process.stderr.isTTY)) return;
  throw new BzzzError('drill_unconfirmed', 'nobody is there to be asked');
}

async function ask(question: string, options: Options, signal: AbortSignal): Promise<void> {
  if (options['yes'] === true) return;
  const { confirm } = await import('../drill/confirm.ts');
  await confirm(question, signal);
}

function wordsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 86_400) return value;
  throw new InvalidArgumentError('Not a number between 0 and 86400.');
}

function kilobits(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 10_000_000) return value;
  throw new InvalidArgumentError('Not a number of kbit/s, up to 10000000.');
}

function signedNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value !== 0 && Math.abs(value) <= 31_536_000) return value;
  throw new InvalidArgumentError('Not a whole number of seconds, up to a year.');
}

function percent(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value < 100) return value;
  throw new InvalidArgumentError('Not a whole number from 0 to 99.');
}
