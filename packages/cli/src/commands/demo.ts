import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BzzzError } from '@bzzz/protocol';
import type { Command } from 'commander';
import { type Context, type Options, printJson, wantsJson } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';

/** Long enough for the slowest machine; a run takes well under a minute. */
const withinMsDefault = 240_000;

export function demoCommand(program: Command, context: Context): void {
  program
    .command('demo')
    .description('the trial on one machine: a forge with a sample repository, and five peers')
    .option(
      '--data <dir>',
      'keep everything there (default: a temporary folder, removed at the end)',
    )
    .option('--once', 'end when every eligible issue has its pull request')
    .option('--within <seconds>', 'with --once: give up after so long')
    .option('--json', 'tell the story to standard error, and how it ended as JSON')
    .action((options: Options) => demo(context, options));
}

async function demo(context: Context, options: Options): Promise<void> {
  const { data } = options;
  const kept = typeof data === 'string';
  const dir = kept ? resolve(data) : await mkdtemp(join(tmpdir(), 'bzzz-'));
  try {
    const { runDemo } = await import('../demo/demo.ts');
    const settings = { dir, once: options['once'] === true, withinMs: withinMs(options) };
    const { terminal, interrupted } = context;
    const json = wantsJson(options);
    const told = json ? { ...terminal, print: terminal.note, style: terminal.styleNote } : terminal;
    const complete = await runDemo(told, settings, interrupted);
    if (json) printJson(context, { complete });
    context.exitWith(complete ? exitCodes.ok : exitCodes.failure);
  } finally {
    if (!kept) await rm(dir, { recursive: true, force: true });
  }
}

function withinMs({ within }: Options): number {
  if (typeof within !== 'string') return withinMsDefault;
  const seconds = Number(within);
  if (seconds > 0 && seconds <= 86_400) return seconds * 1000;
  throw new BzzzError('cli_usage', `--within ${within} is no number of seconds`);
}
