/**
 * Three words for how a peer works: drain, pause, resume. Of one task the attempt is paused and resumed alone.
 */
import { BzzzError, type PeerOrder } from '@bzzz/protocol';
import type { PeerOrderAnswer } from '@bzzz/protocol/api';
import type { Command } from 'commander';
import {
  clientOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';
import { printable } from '../terminal.ts';
import { isTask } from './why.ts';

const onPeer = 'name, id, or end of the id; default: this peer';

export function drainCommand(program: Command, context: Context): void {
  const command = program
    .command('drain')
    .argument('[peer]', onPeer)
    .description('begin nothing new and finish what is under way; it outlives a restart')
    .option('--mesh', 'all peers of the mesh, those that join later too');
  withCommonOptions(command).action((peer: string | undefined, options: Options) =>
    order(context, 'drain', { peer, options }),
  );
}

export function pauseCommand(program: Command, context: Context): void {
  const command = program
    .command('pause')
    .argument('[what]', `a task (number, owner/name#number) or a peer (${onPeer})`)
    .description('begin nothing new, and what is under way stands still; of a task, its attempt')
    .option('--mesh', 'all peers begin nothing new, as drain --mesh: what is under way is finished')
    .addHelpText('after', '\nTo finish what is under way on one peer: bzzz drain.');
  withCommonOptions(command).action((what: string | undefined, options: Options) =>
    orderEither(context, 'pause', { what, options }),
  );
}

export function resumeCommand(program: Command, context: Context): void {
  const command = program
    .command('resume')
    .argument('[what]', `a task (number, owner/name#number) or a peer (${onPeer})`)
    .description('go on, after `bzzz drain` or `bzzz pause`')
    .option('--mesh', 'all peers that are not drained or paused themselves');
  withCommonOptions(command).action((what: string | undefined, options: Options) =>
    orderEither(context, 'resume', { what, options }),
  );
}

interface Asked {
  readonly what: string | undefined;
  readonly options: Options;
}

function orderEither(
  context: Context,
  word: 'pause' | 'resume',
  { what, options }: Asked,
): Promise<void> {
  return what !== undefined && isTask(what)
    ? orderTask(context, word, { task: what, options })
    : order(context, word, { peer: what, options });
}

async function order(
  context: Context,
  word: PeerOrder,
  { peer, options }: { readonly peer: string | undefined; readonly options: Options },
): Promise<void> {
  const isMesh = options['mesh'] === true;
  if (isMesh && peer !== undefined) {
    throw new BzzzError('cli_usage', 'name a peer, or say --mesh, not both');
  }
  const client = await clientOf(context, options);
  const request = isMesh
    ? // Nobody has all that runs everywhere stand still; new work stops by either word.
      { order: word === 'pause' ? ('drain' as const) : word, mesh: true as const }
    : { order: word, ...(peer === undefined ? {} : { peer }) };
  const answer = await client.orderPeer(request, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  for (const line of linesOf(answer, peer)) context.terminal.print(line);
  if (isMesh && word === 'pause') {
    context.terminal.print(
      'Taken as `bzzz drain --mesh`: attempts are paused peer by peer, with `bzzz pause PEER`.',
    );
  }
}

function linesOf({ order: word, name, paused }: PeerOrderAnswer, asked: string | undefined) {
  const who = name === null ? 'The mesh' : asked === undefined ? 'This peer' : printable(name);
  const said = {
    drain: `${who} begins nothing new, and finishes what is under way.`,
    pause: `${who} begins nothing new, and its attempts stand still.`,
    resume: `${who} begins new work again.`,
  }[word];
  if (word !== 'resume' || !paused) return [said];
  const still =
    name === null
      ? 'this peer itself is drained or paused: `bzzz resume`'
      : 'the mesh is drained: `bzzz resume --mesh`';
  return [said, `It still begins nothing ${name === null ? 'here' : 'there'}, since ${still}.`];
}

async function orderTask(
  context: Context,
  word: 'pause' | 'resume',
  { task, options }: { readonly task: string; readonly options: Options },
): Promise<void> {
  if (options['mesh'] === true) {
    throw new BzzzError('cli_usage', 'a task is paused and resumed alone, without --mesh');
  }
  const client = await clientOf(context, options);
  const request = { scope: 'task' as const, task, paused: word === 'pause' };
  const answer = await client.pause(request, { signal: context.interrupted });
  if (wantsJson(options)) return printJson(context, answer);
  const how = word === 'pause' ? 'stands still, and keeps its task and its slot' : 'goes on';
  context.terminal.print(`The attempt at ${printable(task)} ${how}.`);
}
