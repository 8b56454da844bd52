/**
 * Whether other machines found the same: checks the certificate of a result, by itself and not by the
 * word of a peer. Of a pull request the running peer only fetches the comments.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { publishedCertificate, verifyCertificate } from '@bzzz/peer';
import { BzzzError, complaints, PeerId, reasonOf, type Verdict } from '@bzzz/protocol';
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
import { acceptanceLines } from '../output/acceptances.ts';
import { table } from '../output/table.ts';
import { printable } from '../terminal.ts';

export function verifyCommand(program: Command, context: Context): void {
  const command = program
    .command('verify')
    .argument('<what>', 'a pull request (n, owner/name#n, its URL), or a file with a certificate')
    .option('--peer <id...>', 'count the verdicts of these peers only: those that you admitted')
    .description('check who ran the acceptance of a result, and found the same')
    .addHelpText('after', '\nExit code 0: verified by as many as it asks for; 1: it is not.');
  withCommonOptions(command).action((what: string, options: Options) =>
    verify(context, options, what),
  );
}

type Checked = Awaited<ReturnType<typeof verifyCertificate>>;

async function verify(context: Context, options: Options, what: string): Promise<void> {
  const admitted = admittedOf(options);
  const id = pullRequestOf(what);
  const checked =
    id === undefined
      ? await verifyCertificate(await textOf(resolve(what)))
      : await certificateOf(context, options, id);
  const counted = checked.passed.filter(
    ({ statement: { peer } }) => admitted === null || admitted.has(peer),
  );
  const verified = checked.record.verdicts > 0 && counted.length >= checked.record.verdicts;
  if (!verified) context.exitWith(exitCodes.failure);
  if (wantsJson(options)) return printJson(context, answerOf(checked, counted, verified));
  print(context, checked, { counted, verified, anybody: admitted === null });
}

/** As the control socket takes it; undefined: the name of a file. */
function pullRequestOf(what: string): string | undefined {
  const [, repo, number] = /^https?:\/\/[^/]+\/([^/]+\/[^/]+)\/pull\/(\d+)\/?$/.exec(what) ?? [];
  if (repo !== undefined && number !== undefined) return `${repo}#${number}`;
  return /^#?\d+$/.test(what) || /^[^/]+\/[^/]+#\d+$/.test(what) ? what : undefined;
}

function admittedOf(options: Options): ReadonlySet<PeerId> | null {
  const { peer } = options;
  if (peer === undefined) return null;
  const parsed = z.array(PeerId).safeParse(peer);
  if (!parsed.success) throw new BzzzError('cli_usage', `--peer: ${complaints(parsed.error)}`);
  return new Set(parsed.data);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = `cannot read the certificate: ${reasonOf(error)}`;
    throw new BzzzError('cli_usage', reason, { cause: error });
  }
}

/** Without its lock branch nobody can tell whose it is, unless somebody names whom he trusts. */
async function certificateOf(context: Context, options: Options, id: string): Promise<Checked> {
  const client = await clientOf(context, options);
  const found = await client.certificates(id, { signal: context.interrupted });
  if (found.lock === null && options['peer'] === undefined) {
    const what = `${found.repo}#${found.number}`;
    const reason = `the lock branch of ${what} is gone, so nobody can tell whose certificate it is: name the peers that you trust by --peer`;
    throw new BzzzError('certificate_invalid', reason);
  }
  return publishedCertificate(found);
}

function answerOf(
  { record, lock, journal, passed, failed }: Checked,
  counted: readonly Verdict[],
  verified: boolean,
) {
  const { task, epoch, peer, result, verdicts: wanted } = record;
  const statements = [...passed, ...failed].map(({ statement }) => statement);
  const publisher = { peer, epoch, lock, journal };
  return {
    verified,
    task,
    result,
    wanted,
    counted: counted.length,
    publisher,
    verdicts: statements,
  };
}

function print(
  { terminal }: Context,
  { record, journal, passed, failed }: Checked,
  {
    counted,
    verified,
    anybody,
  }: { counted: readonly Verdict[]; verified: boolean; anybody: boolean },
): void {
  const { task, result, verdicts: wanted } = record;
  const head = `${task}: ${verified ? 'verified' : 'NOT verified'}`;
  terminal.print(terminal.style(verified ? 'green' : 'red', head));
  terminal.print(
    `${counted.length} of ${wanted} other peers that it asks for ran the acceptance of ${result} themselves, and it passed.`,
  );
  const rows = [...passed, ...failed].map(({ statement }) => {
    const { peer, outcome, reason, environment, atMs } = statement;
    const { platform, sandbox, version } = environment;
    const found = reason === '' ? outcome : `${outcome}: ${reason}`;
    const where = `${platform}, ${sandbox}, bzzz ${version}`;
    return [peer, printable(found), printable(where), timeText(atMs)];
  });
  terminal.print('');
  for (const line of table(['peer', 'found', 'on', 'at'], rows)) terminal.print(line);
  terminal.print('');
  for (const line of acceptanceLines([...passed, ...failed].map(({ statement }) => statement))) {
    terminal.print(line);
  }
  terminal.print(`published by  ${record.peer}, epoch ${record.epoch}`);
  terminal.print(
    `its journal   ${journal.key}, ${journal.length} blocks, root ${journal.treeHash}`,
  );
  if (anybody) {
    terminal.note(
      'Which peers belong to your mesh a certificate cannot say: see `bzzz peers`, and --peer.',
    );
  }
}

/** A judge says any number; a date has an end. */
function timeText(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? 'no such time' : date.toISOString();
}
