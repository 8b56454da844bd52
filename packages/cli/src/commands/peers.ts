import { machineText, type PeerAnswer, span } from '@bzzz/peer';
import { lifeOf } from '@bzzz/protocol/api';
import type { Command } from 'commander';
import {
  clientOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';
import { table } from '../output/table.ts';
import { percent, shortId } from '../output/units.ts';
import { printable, type Terminal } from '../terminal.ts';
import { membersCommands } from './members.ts';

export function peersCommand(program: Command, context: Context): void {
  const command = program.command('peers').description('who is in the mesh, and what each can do');
  withCommonOptions(command).action(async (options: Options) => {
    const { terminal } = context;
    const client = await clientOf(context, options);
    const { peers } = await client.peers({ signal: context.interrupted });
    if (wantsJson(options)) return printJson(context, { peers });
    const rows = peers.map((peer) => row(terminal, peer));
    for (const line of table(headings, rows)) terminal.print(line);
  });
  // What stands after one of these is its own, though the list takes the same options.
  membersCommands(command.enablePositionalOptions(), context);
}

const headings = ['name', 'id', 'state', 'heard', 'slots', 'load', 'entries here', 'offers'];

function row(terminal: Terminal, peer: PeerAnswer): string[] {
  const { machine, executors, sandbox, tools } = peer;
  const about = machine === undefined ? [] : [machineText(machine)];
  const offers = [...about, ...executors, `sandbox:${sandbox}`, ...tools].map(printable);
  return [
    printable(peer.name),
    shortId(peer.id),
    standingOf(terminal, peer),
    peer.self ? '-' : `${span(peer.heardAgoMs)} ago`,
    `${peer.running}/${peer.slots}`,
    percent(peer.load),
    entriesText(peer.journal),
    offers.join(' '),
  ];
}

/**
 * Of its journal, as `62`, or `59 of 62` where more is on the way; as `7..90` where what stood before is not held
 * any more. What it said of its journal may be older than what came of it.
 */
export function entriesText({ from, here, length }: PeerAnswer['journal']): string {
  const range = from > 0 ? `${from}..${here}` : `${here}`;
  return here < length ? `${range} of ${length}` : range;
}

export function standingOf(terminal: Pick<Terminal, 'style'>, peer: PeerAnswer): string {
  const { self, connected, paused, quarantined } = peer;
  const life = lifeOf(peer);
  if (quarantined)
    return terminal.style(['red', 'bold'], self ? 'this one, FORKED' : 'QUARANTINED');
  if (self) return terminal.style('bold', paused ? 'this one, paused' : 'this one');
  if (life === 'dead') return terminal.style('red', life);
  if (life === 'suspected') return terminal.style('yellow', life);
  // Somebody wanted that.
  if (life === 'stopped') return terminal.style('dim', life);
  if (paused && connected) return terminal.style('yellow', 'paused');
  return connected ? terminal.style('green', 'connected') : terminal.style('yellow', 'unreachable');
}
