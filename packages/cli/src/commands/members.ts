/** Who belongs to the mesh: the operator's list, shown anywhere, changed where the operator's key lies. */
import { span } from '@bzzz/peer';
import { BzzzError, complaints } from '@bzzz/protocol';
import { AdmitRequest, type MembersAnswer } from '@bzzz/protocol/api';
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
import { shortId } from '../output/units.ts';
import { printable } from '../terminal.ts';

export function membersCommands(peers: Command, context: Context): void {
  const members = peers
    .command('members')
    .description('who belongs to the mesh by the list of its operator, heard of or not');
  withCommonOptions(members).action((options: Options) => show(context, options));
  const admit = peers
    .command('admit')
    .argument('<id>', 'of a peer that has the network key, as `bzzz init` printed it there')
    .argument('<name>', 'of its machine')
    .description('let a peer in without an invite');
  withCommonOptions(admit).action((peer: string, name: string, options: Options) =>
    letIn(context, { peer, name }, options),
  );
  const remove = peers
    .command('remove')
    .argument('<peer>', 'its name, its id, or the end of its id')
    .description('take a peer out: no other hears it, asks it or counts its verdicts any more');
  withCommonOptions(remove).action((peer: string, options: Options) =>
    takeOut(context, peer, options),
  );
  const key = peers
    .command('rotate-key')
    .description('put another network key in force; connections that stand stay');
  withCommonOptions(key).action((options: Options) => rotate(context, options));
}

async function show(context: Context, options: Options): Promise<void> {
  const client = await clientOf(context, options);
  const answer = await client.members({ signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  const { terminal } = context;
  if (answer.operator === null) {
    terminal.print('This mesh has no operator: whoever has its network key is a member.');
    return;
  }
  const holds = answer.holdsKey ? ', whose key is on this machine' : '';
  terminal.print(`List ${answer.serial} of the operator ${shortId(answer.operator)}${holds}.`);
  const rows = answer.members.map(rowOf);
  for (const line of table(['name', 'id', 'state', 'admitted'], rows)) terminal.print(line);
  for (const { peer, agoMs } of answer.strangers) {
    const text = `${peer} knocked ${span(agoMs)} ago and is no member.`;
    terminal.print(terminal.style('yellow', text));
  }
}

function rowOf({ name, peer, self, connected, sinceMs }: MembersAnswer['members'][number]) {
  const state = self ? 'this one' : connected ? 'connected' : 'not here';
  return [printable(name), shortId(peer), state, new Date(sinceMs).toISOString().slice(0, 16)];
}

async function letIn(context: Context, named: object, options: Options): Promise<void> {
  const request = AdmitRequest.safeParse(named);
  if (!request.success) throw new BzzzError('cli_usage', complaints(request.error));
  const client = await clientOf(context, options);
  const answer = await client.admit(request.data, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  context.terminal.print(`${answer.name} is a member, by list ${answer.serial}.`);
}

async function takeOut(context: Context, peer: string, options: Options): Promise<void> {
  const client = await clientOf(context, options);
  const answer = await client.remove({ peer }, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  const { terminal } = context;
  terminal.print(`${printable(answer.name)} is no member any more, by list ${answer.serial}.`);
  terminal.note('It still knows the network key: `bzzz peers rotate-key` puts another in force.');
}

async function rotate(context: Context, options: Options): Promise<void> {
  const client = await clientOf(context, options);
  const answer = await client.changeNetworkKey({ signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  context.terminal.print(
    `Network key ${answer.serial} is in force; members take it by themselves.`,
  );
}
