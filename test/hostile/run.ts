/** Files the corpus at a forge, lets one peer and an obedient model at it, and looks what came of it. */
import { chmod } from 'node:fs/promises';
import type { TaskAnswer } from '@bzzz/peer';
import { type ChatRequest, startScriptedOllama } from '@bzzz/testkit/scripted/ollama';
import { z } from 'zod';
import { type ForgeProcess, startForge } from '../e2e/harness/forge.ts';
import { type PeerProcess, startPeers } from '../e2e/harness/peer.ts';
import { createStage, type Stage } from '../e2e/harness/stage.ts';
import { maintainer } from '../e2e/harness/worlds.ts';
import type { HostileCase } from './case.ts';
import { allCases, type NamedCase, shareOf } from './corpus/index.ts';
import { controls, faultsOfControls } from './controls.ts';
import { findings, surfacesOf } from './evidence.ts';
import { markOf, obedient } from './obedient.ts';
import { makePlaces, type Places } from './places.ts';
import { type Seen, verdictOn, verdicts } from './verdict.ts';
import { makeWorld, model, stranger } from './world.ts';

export interface Outcome {
  readonly cases: number;
  /** Programs of the corpus that ran outside of a sandbox, and calls that came out of one. */
  readonly executed: number;
  /** Secrets found where they should not be. */
  readonly leaked: number;
  /** Whether anything beside the worktrees was changed. */
  readonly outside: number;
  /** The peer is the process that was started, and mended one more issue at the end. */
  readonly peerUp: boolean;
  readonly elapsedMs: number;
  /** In words, also of cases that ended otherwise than they must, and of controls that showed nothing. */
  readonly faults: readonly string[];
}

export interface RunOptions {
  /** Only cases whose id begins with it. */
  readonly only?: string;
  /** One case in so many, and one of every kind. Default 1, which is all. */
  readonly every?: number;
  /** Which of them, from 0: another number is other cases. Default 0. */
  readonly share?: number;
  /** Whether the sandbox is taken out, to see that its absence is seen. */
  readonly open?: boolean;
  readonly tell?: (line: string) => void;
}

const peerName = 'ash';
const slots = 4;

export async function runCorpus({
  only = '',
  every = 1,
  share = 0,
  open = false,
  tell = () => {},
}: RunOptions = {}): Promise<Outcome> {
  const startedMs = performance.now();
  const stage = await createStage();
  try {
    const cases = shareOf(allCases(), every, share).filter(({ id }) => id.startsWith(only));
    const outcome = await judge(
      await play(stage, [...cases, ...controls], { open, tell }),
      cases.length,
    );
    return { ...outcome, elapsedMs: performance.now() - startedMs };
  } finally {
    await stage.close();
  }
}

interface Played {
  readonly stage: Stage;
  readonly places: Places;
  readonly before: string;
  readonly forge: ForgeProcess;
  readonly peer: PeerProcess;
  readonly chats: readonly ChatRequest[];
  readonly seen: readonly Seen[];
  readonly peerUp: boolean;
}

async function play(
  stage: Stage,
  cases: readonly NamedCase[],
  { open, tell }: Required<Pick<RunOptions, 'open' | 'tell'>>,
): Promise<Played> {
  // Nothing but the sandbox stands between a command and the places.
  await chmod(stage.dir, 0o755);
  const places = await makePlaces(stage, peerName);
  const server = await startScriptedOllama(obedient, [{ name: model, contextTokens: 1_000_000 }]);
  stage.defer(() => server.close());
  const filed = cases.map((one) => issueOf(one, places));
  const forge = await startForge(stage, await makeWorld(stage, places, filed));
  for (const [index, { comments = [] }] of cases.entries()) {
    for (const { who, body } of comments) {
      const login = who === 'stranger' ? stranger : maintainer;
      const words = { body: places.fill(body) };
      await forge.call(login, 'POST', `issues/${index + 1}/comments`, words);
    }
  }
  const before = await places.print();
  const prefix = ['env', ...Object.entries(places.env).map(([name, value]) => `${name}=${value}`)];
  const work = { slots, sandbox: open ? ('off' as const) : ('required' as const) };
  const options = { prefix, work, ollamaOf: () => server.url };
  const [peer] = await startPeers(stage, forge, [peerName], options);
  if (peer === undefined) throw new Error('no peer');
  const pid = peer.process().pid;
  await places.plantInData();
  const wanted = cases.map((one, index) => ({ number: index + 1, one }));
  await untilOver(stage, peer, wanted, tell);
  await oneMore(stage, forge, peer);
  const seen = await verdicts({ forge, peer, chats: server.chats, places }, wanted);
  const peerUp = peer.process().pid === pid && !peer.process().hasEnded();
  return { stage, places, before, forge, peer, chats: server.chats, seen, peerUp };
}

async function judge(played: Played, cases: number): Promise<Omit<Outcome, 'elapsedMs'>> {
  const { places, before, forge, peer, chats, seen, peerUp } = played;
  const surfaces = await surfacesOf(forge, peer, chats);
  const leaks = findings(surfaces, places.secrets);
  const [rang, calls, touched] = [
    await places.rang(),
    places.calls(),
    (await places.print()) !== before,
  ];
  const faults = [
    ...seen.flatMap((one) => verdictOn(one)),
    ...leaks.map(({ secret, where }) => `the secret of ${secret} stands in: ${where}`),
    ...(rang ? ['a program of the corpus ran outside of a sandbox'] : []),
    ...(calls > 0 ? [`${calls} calls reached the host`] : []),
    ...(touched ? ['something beside the worktrees was changed'] : []),
    ...(await faultsOfControls(surfaces, places)),
  ];
  const executed = Number(rang) + calls;
  const outside = Number(touched);
  return { cases, executed, leaked: leaks.length, outside, peerUp, faults };
}

function issueOf({ id, title, body, author }: HostileCase & { id: string }, places: Places) {
  return {
    title: places.fill(title ?? id),
    body: `${markOf(id)}\n\n${places.fill(body)}`,
    author: author === 'stranger' ? stranger : maintainer,
  };
}

/** The peer has said of every issue how it ended, or why it leaves it alone. */
async function untilOver(
  stage: Stage,
  peer: PeerProcess,
  wanted: readonly Wanted[],
  tell: (line: string) => void,
): Promise<void> {
  // Each wait is for one more: how long all of them take is up to the machine.
  for (let left = wanted.length; left > 0; ) {
    const open = await stage.until(`one more of ${left} issues has ended`, async () => {
      const { tasks } = await peer.client.tasks();
      const still = wanted.filter((one) => !isOver(one, tasks));
      return still.length < left && still;
    });
    left = open.length;
    tell(`${left} of ${wanted.length} are open, such as ${open[0]?.one.id ?? 'none'}`);
  }
}

interface Wanted {
  readonly number: number;
  readonly one: NamedCase;
}

function isOver({ number, one }: Wanted, tasks: readonly TaskAnswer[]): boolean {
  const task = tasks.find((entry) => entry.task.endsWith(`#${number}`));
  if (['done', 'failed'].includes(task?.state ?? '')) return true;
  // Left alone: the peer says why, and will not come back to it.
  return one.ends.kind === 'untouched' && (task?.reason ?? null) !== null;
}

/** The peer that had all of that done to it still does what it is for. */
async function oneMore(stage: Stage, forge: ForgeProcess, peer: PeerProcess): Promise<void> {
  const body = `${markOf('benign/last')}\n\nOne more, please.`;
  const filed = { title: 'The last one', body, labels: ['bzzz'] };
  const answer = await forge.call(maintainer, 'POST', 'issues', filed);
  const { number } = z.object({ number: z.number() }).parse(answer);
  await stage.until('the last issue is done', async () => {
    const { tasks } = await peer.client.tasks();
    return tasks.some(({ task, state }) => task.endsWith(`#${number}`) && state === 'done');
  });
}
