/**
 * Whether other machines found the same: checks the certificate of a result, by itself and not by the
 * word of a peer. Of a pull request the running peer only fetches the comments.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { publishedCertificate, verifyCertificate } from '@bzzz/peer';
import { BzzzError, type PeerId, reasonOf, type Verdict } from '@bzzz/protocol';
import type { Command } from 'commander';
import {
  clientOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { type KnownPeers, knownPeers } from '../known-peers.ts';
import { acceptanceLines } from '../output/acceptances.ts';
import { table } from '../output/table.ts';
import { shortId } from '../output/units.ts';
import { printable } from '../terminal.ts';

export function verifyCommand(program: Command, context: Context): void {
  const command = program
    .command('verify')
    .argument('<what>', 'a pull request (n, owner/name#n, its URL), or a file with a certificate')
    .option('--peer <id...>', 'count the verdicts of these peers only: those that you admitted')
    .option('--members <file>', 'the same, one id a line')
    .description('check who ran the acceptance of a result, and found the same')
    .addHelpText('after', help);
  withCommonOptions(command).action((what: string, options: Options) =>
    verify(context, options, what),
  );
}

const help = `
Counted are verdicts of the peers that you name, else of the members that the peer here knows.
Exit code 0: verified by as many of them as it asks for; 1: it is not; 5: as many signed it,
and who they are is not known here.`;

/** `unknown`: enough valid verdicts, of keys that nobody here knows. */
type Standing = 'verified' | 'unknown' | 'not verified';

interface Counted {
  readonly standing: Standing;
  readonly counted: readonly Verdict[];
  readonly known: KnownPeers;
}

type Checked = Awaited<ReturnType<typeof verifyCertificate>>;

async function verify(context: Context, options: Options, what: string): Promise<void> {
  const id = pullRequestOf(what);
  const known = await knownPeers(context, options);
  const checked =
    id === undefined
      ? await verifyCertificate(await textOf(resolve(what)))
      : await certificateOf(context, options, id);
  const counted = count(checked, known);
  if (counted.standing === 'unknown') context.exitWith(exitCodes.unknownKeys);
  if (counted.standing === 'not verified') context.exitWith(exitCodes.failure);
  if (wantsJson(options)) return printJson(context, answerOf(checked, counted));
  print(context, checked, counted);
}

function count({ record, passed }: Checked, known: KnownPeers): Counted {
  const counted = passed.filter(({ statement: { peer } }) => known.peers.has(peer));
  const isEnough = (some: readonly Verdict[]) =>
    record.verdicts > 0 && some.length >= record.verdicts;
  if (isEnough(counted)) return { standing: 'verified', counted, known };
  return { standing: isEnough(passed) ? 'unknown' : 'not verified', counted, known };
}

/** As the control socket takes it; undefined: the name of a file. */
function pullRequestOf(what: string): string | undefined {
  const [, repo, number] = /^https?:\/\/[^/]+\/([^/]+\/[^/]+)\/pull\/(\d+)\/?$/.exec(what) ?? [];
  if (repo !== undefined && number !== undefined) return `${repo}#${number}`;
  return /^#?\d+$/.test(what) || /^[^/]+\/[^/]+#\d+$/.test(what) ? what : undefined;
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
  if (found.lock === null && options['peer'] === undefined && options['members'] === undefined) {
    const what = `${found.repo}#${found.number}`;
    const reason = `the lock branch of ${what} is gone, so nobody can tell whose certificate it is: name the peers that you trust by --peer or --members`;
    throw new BzzzError('certificate_invalid', reason);
  }
  return publishedCertificate(found);
}

function answerOf(
  { record, lock, journal, passed, failed }: Checked,
  { standing, counted, known }: Counted,
) {
  const { task, epoch, peer, prover = null, result, verdicts: wanted } = record;
  const statements = [...passed, ...failed].map(({ statement }) => ({
    ...statement,
    known: known.peers.has(statement.peer),
  }));
  const publisher = { peer, epoch, prover, lock, journal };
  return {
    verified: standing === 'verified',
    standing,
    task,
    result,
    wanted,
    counted: counted.length,
    valid: passed.length,
    publisher,
    verdicts: statements,
  };
}

const headOf: Readonly<Record<Standing, string>> = {
  verified: 'verified',
  unknown: 'NOT verified: the signatures are valid, and who signed is not known here',
  'not verified': 'NOT verified',
};
const colorOf = { verified: 'green', unknown: 'yellow', 'not verified': 'red' } as const;

function print(
  { terminal }: Context,
  { record, journal, passed, failed }: Checked,
  { standing, counted, known }: Counted,
): void {
  const { task, result, verdicts: wanted } = record;
  terminal.print(terminal.style(colorOf[standing], `${task}: ${headOf[standing]}`));
  terminal.print(
    `${counted.length} of ${wanted} other peers that it asks for ran the acceptance of ${result} themselves, and it passed.`,
  );
  terminal.print(`Known are ${known.from}.`);
  const rows = [...passed, ...failed].map(({ statement }) => {
    const { peer, outcome, reason, environment, atMs } = statement;
    const { platform, sandbox, version } = environment;
    const found = reason === '' ? outcome : `${outcome}: ${reason}`;
    const where = `${platform}, ${sandbox}, bzzz ${version}`;
    const who = known.peers.has(peer) ? 'yes' : 'no';
    return [nameIn(known, peer), who, printable(found), printable(where), timeText(atMs)];
  });
  terminal.print('');
  for (const line of table(['peer', 'known', 'found', 'on', 'at'], rows)) terminal.print(line);
  terminal.print('');
  for (const line of acceptanceLines([...passed, ...failed].map(({ statement }) => statement))) {
    terminal.print(line);
  }
  terminal.print(`published by  ${nameIn(known, record.peer)}, epoch ${record.epoch}`);
  if (record.prover !== undefined) {
    terminal.print(
      `tried for it  by ${nameIn(known, record.prover)}, who counts for none of these`,
    );
  }
  terminal.print(
    `its journal   ${journal.key}, ${journal.length} blocks, root ${journal.treeHash}`,
  );
  if (standing === 'unknown') {
    terminal.note(
      'Anybody can make keys. If you know these peers, name them: --peer or --members.',
    );
  }
}

/** With what tells it apart, as anybody may bear any name: the whole id of whoever does not count. */
export function nameIn({ peers, names }: Omit<KnownPeers, 'from'>, peer: PeerId): string {
  const name = names.get(peer);
  if (name === undefined) return peer;
  return `${printable(name)} (${peers.has(peer) ? shortId(peer) : peer})`;
}

/** A judge says any number; a date has an end. */
function timeText(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? 'no such time' : date.toISOString();
}
