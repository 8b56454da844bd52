/**
 * The trial on one machine: an embedded forge with the sample repository, five peers, and what they
 * do, live. With `once` it ends when every eligible issue has its pull request.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ControlClient, createControlClient } from '@bzzz/peer';
import { isBzzzError, taskParts, TaskId } from '@bzzz/protocol';
import { type EmbeddedForge, startEmbeddedForge } from '../embedded/embedded-forge.ts';
import { table } from '../output/table.ts';
import { printable, type Terminal } from '../terminal.ts';
import { type DemoPeer, startCluster, stopCluster } from './cluster.ts';
import { type ForgeView, viewForge } from './forge-view.ts';
import { hintLines } from './hints.ts';
import { createStory, type Story } from './story.ts';
import { resultRows } from './table.ts';

export interface DemoOptions {
  readonly dir: string;
  readonly once: boolean;
  /** With `once`: how long it may take. */
  readonly withinMs: number;
}

const names = ['acacia', 'walnut', 'ironwood', 'rosewood', 'forsteinet'];

/** Whether every eligible issue got its pull request, and nothing else did. */
export async function runDemo(
  terminal: Terminal,
  options: DemoOptions,
  interrupted: AbortSignal,
): Promise<boolean> {
  await using parts = new AsyncDisposableStack();
  const startedMs = performance.now();
  const say = (who: string, text: string) => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1).padStart(6);
    terminal.print(
      `${terminal.style('dim', `${seconds}s`)}  ${who.padEnd(10)}  ${printable(text)}`,
    );
  };

  say('demo', `everything of this trial is under ${options.dir}, on loopback only`);
  const forge = await startEmbeddedForge(options.dir);
  parts.defer(() => forge.stop());
  const { repo, issues } = forge.sample;
  say(
    'forge',
    `${forge.url} serves ${repo}: ${issues.length} issues (git clone ${forge.url}/${repo}.git)`,
  );
  const cluster = {
    dir: options.dir,
    names,
    forgeUrl: forge.url,
    tokenFile: forge.tokenFile,
    repo,
  };
  const peers = await startCluster(cluster);
  parts.defer(() => stopCluster(peers));
  say(
    'demo',
    `five peers start: ${peers.map((peer) => `${peer.name} (pid ${peer.process.pid})`).join(', ')}`,
  );

  const over = new AbortController();
  parts.defer(() => over.abort());
  const signal = AbortSignal.any([interrupted, over.signal]);
  const story = createStory();
  const clients = peers.map((peer) => createControlClient(peer.dataDir));
  const told = peers.map((peer, index) =>
    followPeer(peer, clients[index] ?? createControlClient(peer.dataDir), {
      story,
      say,
      signal,
      sinceMs: Date.now(),
    }),
  );

  // An earlier run's end is no news: first hear what every peer remembers.
  await Promise.race([
    Promise.all(told),
    once(signal, 'abort'),
    pause(options.withinMs, null, { signal }),
  ]).catch(() => undefined);
  const complete = await untilDone({ forge, clients, peers, options, startedMs }, signal);
  await printTable(terminal, { forge, clients, story });
  if (complete) say('demo', 'every eligible issue has its pull request');
  else if (!interrupted.aborted) say('demo', 'NOT every eligible issue has its pull request');
  if (options.once || interrupted.aborted) return complete;
  printHints(terminal, join(options.dir, 'forge', `${repo}.git`), repo, peers);
  await pause(2 ** 31 - 1, undefined, { signal }).catch(() => undefined);
  say('demo', 'stopping');
  return complete;
}

interface Telling {
  readonly story: Story;
  readonly say: (who: string, text: string) => void;
  readonly signal: AbortSignal;
  /** Older entries belong to an earlier run: they are counted in, not told again. */
  readonly sinceMs: number;
}

/**
 * Tells what a peer's journal says, from its beginning and as it goes on. Resolves when all that
 * stood in it at first has been counted in, or when the peer has ended.
 */
async function followPeer(peer: DemoPeer, client: ControlClient, telling: Telling): Promise<void> {
  const { say, signal } = telling;
  const caughtUp = Promise.withResolvers<void>();
  const follow = async () => {
    try {
      await tellJournal(peer, client, telling, caughtUp.resolve);
    } catch (error) {
      // Its end is told below; anything else is a fault of the demo itself.
      if (!signal.aborted && !isBzzzError(error)) say(peer.name, `is not heard: ${String(error)}`);
    }
  };
  const tellEnd = async () => {
    const how = await peer.ended;
    if (!signal.aborted) say(peer.name, `has ended (${how}); see ${peer.dataDir}/peer.log`);
    caughtUp.resolve();
  };
  void follow();
  void tellEnd();
  return caughtUp.promise;
}

async function tellJournal(
  peer: DemoPeer,
  client: ControlClient,
  { story, say, signal, sinceMs }: Telling,
  onCaughtUp: () => void,
): Promise<void> {
  const { peer: self, work, journal } = await whenUp(client, signal);
  story.know(self.id, peer.name);
  const can = [...work.executors, ...work.tools].join(' ');
  say(peer.name, `is up: ${work.slots} slot, sandbox ${work.sandbox}, can ${can}`);
  if (work.sandbox === 'none') {
    say(
      peer.name,
      'has no working sandbox, so it executes nothing: `scripts/bzzz doctor` says why',
    );
  }
  for await (const line of client.logs({ from: 0, follow: true, signal })) {
    const text = story.tell(peer.name, line);
    if (text !== undefined && line.entry.at.wallMs >= sinceMs) say(peer.name, text);
    if (line.seq + 1 >= journal.length) onCaughtUp();
  }
}

/** The status of a peer that runs and has looked at the repository. */
async function whenUp(client: ControlClient, signal: AbortSignal) {
  for (;;) {
    try {
      const status = await client.status({ signal });
      if (status.forge.watching.every((one) => one.answeredAgoMs !== null)) return status;
    } catch (error) {
      if (!isBzzzError(error, 'peer_not_running')) throw error;
    }
    await pause(100, undefined, { signal });
  }
}

interface Watching {
  readonly forge: EmbeddedForge;
  readonly clients: readonly ControlClient[];
  readonly peers: readonly DemoPeer[];
  readonly options: DemoOptions;
  readonly startedMs: number;
}

/** Asks the forge until it shows what is expected, or time is up, or nobody is left to do it. */
async function untilDone(watching: Watching, signal: AbortSignal): Promise<boolean> {
  const { forge, clients, peers, options, startedMs } = watching;
  while (!signal.aborted) {
    const [view, tasks] = await Promise.all([
      viewForge(forge, forge.sample.repo),
      allTasks(clients),
    ]);
    if (isComplete(forge, view, tasks)) return true;
    const late = performance.now() - startedMs > options.withinMs;
    const alive = peers.some(
      ({ process }) => process.exitCode === null && process.signalCode === null,
    );
    if ((options.once && late) || !alive) return false;
    await pause(200, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

interface KnownTask {
  readonly wanted: boolean;
  readonly reason: string | null;
  /** Somebody says that it is over: the pull request stands, and was judged as far as it will be. */
  readonly done: boolean;
}
type Tasks = ReadonlyMap<number, KnownTask>;

/** What the peers that answer know of the tasks. */
async function allTasks(clients: readonly ControlClient[]): Promise<Tasks> {
  const answers = await Promise.all(
    clients.map((client) => client.tasks().catch(() => ({ tasks: [] }))),
  );
  const known = new Map<number, KnownTask>();
  for (const { task, wanted, reason, state } of answers.flatMap((answer) => answer.tasks)) {
    const { number } = taskParts(TaskId.parse(task));
    const before = known.get(number);
    const done = state === 'done' || before?.done === true;
    known.set(number, { wanted, reason: reason ?? before?.reason ?? null, done });
  }
  return known;
}

function isComplete({ sample }: EmbeddedForge, view: ForgeView, tasks: Tasks): boolean {
  return view.issues.every(({ number }) => {
    const pulls = view.pullRequests.get(number)?.length ?? 0;
    const expected = sample.issues[number - 1]?.expect;
    if (expected === 'left-alone') return pulls === 0;
    const eligible = expected === 'pull-request' || tasks.get(number)?.wanted === true;
    return eligible ? pulls === 1 && tasks.get(number)?.done === true : pulls <= 1;
  });
}

async function printTable(
  terminal: Terminal,
  {
    forge,
    clients,
    story,
  }: { forge: EmbeddedForge; clients: readonly ControlClient[]; story: Story },
): Promise<void> {
  const [view, tasks] = await Promise.all([viewForge(forge, forge.sample.repo), allTasks(clients)]);
  const reasons = new Map(
    [...tasks].flatMap(([number, { reason }]) =>
      reason === null ? [] : [[number, reason] as const],
    ),
  );
  const [header = [], ...rows] = resultRows(view, story, reasons);
  terminal.print('');
  for (const line of table(header, rows)) terminal.print(line);
  terminal.print('');
}

function printHints(
  terminal: Terminal,
  bareRepository: string,
  repo: string,
  peers: readonly DemoPeer[],
): void {
  const [first] = peers;
  if (first === undefined) return;
  const { name, dataDir, process } = first;
  const peer = { name, dataDir, pid: process.pid ?? null };
  for (const line of hintLines({ repo, bareRepository, peer })) terminal.print(line);
}
