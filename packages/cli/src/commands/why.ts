import type { WhyPeerAnswer, WhyTaskAnswer } from '@bzzz/peer';
import { saidOnce } from '@bzzz/protocol/api';
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
import { table } from '../output/table.ts';
import { printable, type Terminal } from '../terminal.ts';

export function whyCommand(program: Command, context: Context): void {
  const command = program
    .command('why')
    .argument('<what>', 'an issue (n, owner/name#n) or a peer (name, id, end of the id)')
    .description('why an issue is worked on or not, asked of every peer; or why a peer is idle')
    .addHelpText(
      'after',
      '\nA name of digits only is a peer by its id. Exit code 0: it could be told; 1: no such peer, or no peer has seen such an issue.',
    );
  withCommonOptions(command).action((what: string, options: Options) =>
    isTask(what) ? whyTask(context, options, what) : whyPeer(context, options, what),
  );
}

/** What else is a peer; one whose name is digits only is named by its id. */
export function isTask(what: string): boolean {
  return /^\d+$/.test(what) || what.includes('#');
}

async function whyTask(context: Context, options: Options, id: string): Promise<void> {
  const { terminal } = context;
  const client = await clientOf(context, options);
  const answer = await client.whyTask(id, { signal: context.interrupted });
  if (isUnseen(answer)) context.exitWith(exitCodes.failure);
  if (wantsJson(options)) return printJson(context, answer);
  const title = printable(answer.title);
  terminal.print(`${terminal.style('bold', answer.task)}  ${title}`.trimEnd());
  terminal.print(printable(answer.text));
  terminal.print('');
  const rows = saidOnce(answer.peers, nameOf).map(({ who, first }) => [
    who,
    styled(terminal, first),
  ]);
  for (const line of table(['peer', 'why'], rows)) terminal.print(line);
}

/** No peer knows of it, as `bzzz tasks` says of the one that is asked. */
function isUnseen({ peers }: WhyTaskAnswer): boolean {
  const kinds = peers.map(({ reason }) => reason?.kind);
  const knowsNothing = (kind: (typeof kinds)[number]) =>
    kind === undefined || kind === 'unseen' || kind === 'forge' || kind === 'elsewhere';
  return kinds.every(knowsNothing) && kinds.some((kind) => kind === 'unseen' || kind === 'forge');
}

async function whyPeer(context: Context, options: Options, id: string): Promise<void> {
  const { terminal } = context;
  const client = await clientOf(context, options);
  const answer = await client.whyPeer(id, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  terminal.print(`${terminal.style('bold', nameOf(answer))}  ${answer.peer}`);
  terminal.print(printable(answer.text));
  for (const line of taskLines(answer)) terminal.print(line);
}

function taskLines({ idle }: WhyPeerAnswer): string[] {
  if (idle === null || idle.working.length + idle.open.length === 0) return [];
  const rows = [
    ...idle.working.map((task) => [task, 'it works on this, or claims it']),
    ...idle.open.map(({ task, title, text }) => [task, printable(`${text}  (${title})`)]),
  ];
  const more = idle.more > 0 ? [`and ${idle.more} more`] : [];
  return ['', ...table(['task', 'why'], rows), ...more];
}

function nameOf({ name, self }: { readonly name: string; readonly self: boolean }): string {
  return `${printable(name)}${self ? ' (this one)' : ''}`;
}

type PeerWhy = WhyTaskAnswer['peers'][number];

function styled(terminal: Terminal, { text, reason, silence }: PeerWhy): string {
  const shown = printable(text);
  if (silence !== null) return terminal.style('yellow', shown);
  if (reason?.kind === 'idle') return terminal.style('red', shown);
  return reason?.kind === 'working' ? terminal.style('green', shown) : shown;
}
