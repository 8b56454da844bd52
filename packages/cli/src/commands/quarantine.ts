import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type QuarantineAnswer, span, verifyEvidence } from '@bzzz/peer';
import { BzzzError, ForkEvidence, reasonOf } from '@bzzz/protocol';
import type { Command } from 'commander';
import { z } from 'zod';
import {
  clientOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { shortId } from '../output/units.ts';
import { printable } from '../terminal.ts';

export function quarantineCommand(program: Command, context: Context): void {
  const command = program
    .command('quarantine')
    .description('peers whose journals tell two stories, set aside until a person decides');
  const list = command
    .command('list')
    .description('who is set aside and why; --json prints the proof, which anybody can check');
  withCommonOptions(list).action((options: Options) => show(context, options));
  const lift = command
    .command('lift')
    .argument('<peer>', 'its name, its id, or the end of its id')
    .description('trust a peer again from now on; what it contradicted until now counts no more');
  withCommonOptions(lift).action((peer: string, options: Options) => end(context, peer, options));
  command
    .command('check')
    .argument('<file>', 'a proof, or what `bzzz quarantine list --json` printed')
    .description('whether a proof holds, by its signatures alone; no peer is asked')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExit code 0: all that is in it is proven; 1: it is not.')
    .action((file: string, options: Options) => check(context, file, options));
}

async function show(context: Context, options: Options): Promise<void> {
  const { terminal } = context;
  const client = await clientOf(context, options);
  const answer = await client.quarantine({ signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  if (answer.quarantined.length === 0) terminal.print('Nobody is in quarantine.');
  for (const one of answer.quarantined) {
    const who = `${printable(one.name ?? 'unknown')}${one.self ? ' (this one)' : ''}`;
    const ago = span(Math.max(0, Date.now() - one.sinceWallMs));
    terminal.print(`${terminal.style(['red', 'bold'], who)}  ${shortId(one.peer)}  since ${ago}`);
    terminal.print(`  ${printable(one.reason)}`);
    for (const line of proofLines(one.evidence)) terminal.print(`  ${line}`);
  }
}

/** What was signed; whoever wants to check the signatures takes `--json`. */
function proofLines(evidence: QuarantineAnswer['quarantined'][number]['evidence']): string[] {
  if (evidence.kind === 'heads') return [evidence.first, evidence.second].map(signedLine);
  const { length, fork } = evidence.tree;
  return [
    signedLine(evidence.head),
    `its journal's key signed ${length} blocks of fork ${fork} that do not begin so`,
  ];
}

function signedLine({
  head,
}: {
  head: { length: number; fork: number; treeHash: string };
}): string {
  return `it signed ${head.length} blocks of fork ${head.fork} as ${head.treeHash.slice(0, 16)}`;
}

async function end(context: Context, peer: string, options: Options): Promise<void> {
  const client = await clientOf(context, options);
  const answer = await client.lift({ peer }, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  context.terminal.print(`${shortId(answer.peer)} is not set aside here any more.`);
}

const Proofs = z.union([
  ForkEvidence.transform((evidence) => [evidence]),
  z
    .object({ quarantined: z.array(z.object({ evidence: ForkEvidence })).min(1) })
    .transform(({ quarantined }) => quarantined.map(({ evidence }) => evidence)),
]);

async function check(context: Context, file: string, options: Options): Promise<void> {
  const proofs = await proofsIn(resolve(file));
  const found = await Promise.all(proofs.map((evidence) => verifyEvidence(evidence)));
  if (found.includes(undefined)) context.exitWith(exitCodes.failure);
  const results = found.map((one) => one ?? null);
  if (wantsJson(options)) return printJson(context, { results });
  for (const one of results) {
    context.terminal.print(
      one === null
        ? context.terminal.style(
            'red',
            'Proves nothing: a signature is wrong, or both can be true.',
          )
        : `Proven of ${one.peer}: ${one.reason}.`,
    );
  }
}

async function proofsIn(path: string): Promise<ForkEvidence[]> {
  try {
    return Proofs.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? 'there is no proof of a fork in it' : reasonOf(error);
    throw new BzzzError('cli_usage', `${path}: ${reason}`, { cause: error });
  }
}
