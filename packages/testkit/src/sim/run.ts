/**
 * One run: safety under faults, then faults off and everything must come to its end within a bound.
 * After the way of TigerBeetle's VOPR: one seed decides everything, and names the run.
 */
import { decodeLockCommit, type PeerId } from '@bzzz/protocol';
import { act } from './people.ts';
import type { Bug } from './bugs.ts';
import { drawFaults, type Faults, noFaults } from './faults.ts';
import { createChecker, type Violation } from './invariants.ts';
import { createSeededRandom } from './random.ts';
import { createWorld, type VirtualPeer, virtualLabel, virtualRepo, type World } from './world.ts';

export interface RunOptions {
  readonly seed: number;
  readonly peers: number;
  readonly tasks: number;
  readonly bug?: Bug;
  /** Overrides what the seed would draw. */
  readonly faults?: Faults;
  /** When people file the issues; 0: before any peer starts. */
  readonly fileAfterMs?: number;
  readonly keepTrace?: boolean;
}

export interface RunReport {
  readonly options: RunOptions;
  readonly violations: readonly Violation[];
  /** Of the whole trace: two runs of one seed have the same. */
  readonly hash: string;
  readonly events: number;
  readonly virtualMs: number;
  readonly covered: Coverage;
  readonly trace: readonly string[];
}

/** What happened in a run, so that a blind simulator can be told. */
export interface Coverage {
  readonly crashes: number;
  readonly pauses: number;
  readonly partitions: number;
  readonly outages: number;
  readonly peopleActs: number;
  readonly takeovers: number;
  readonly rejectedPushes: number;
  readonly publications: number;
}

/** How long faults last, and how long the world may then take to come to rest. */
const faultsMs = 5 * 60_000;
const restMs = 40 * 60_000;

export async function runSimulation(options: RunOptions): Promise<RunReport> {
  const seed = `bzzz/${options.seed}/${options.peers}/${options.tasks}`;
  const draw = createSeededRandom(`${seed}/faults`);
  const world = createWorld({
    seed,
    peers: options.peers,
    tasks: options.tasks,
    faults: options.faults ?? drawFaults(draw),
    sharedAccount: draw.chance(0.5),
    bug: options.bug,
    fileAfterMs: options.fileAfterMs ?? 0,
    keepTrace: options.keepTrace ?? false,
  });
  const { timeline, history, state, accounts } = world;
  const checker = createChecker(
    { history, state, nowMs: timeline.nowMs },
    { repo: virtualRepo, label: virtualLabel, accounts },
  );
  const covered = countCoverage(world);
  const failed = () => checker.violations.length > 0;

  for (const peer of world.peers)
    timeline.after(world.random.between(0, 3_000), () => world.start(peer));
  const stopFaults = scheduleFaults(world, covered);
  await timeline.run({ untilMs: faultsMs, until: failed });
  stopFaults();
  heal(world);
  const rested = () => failed() || checker.allEnded();
  while (!rested() && timeline.nowMs() < faultsMs + restMs) {
    await timeline.run({ untilMs: timeline.nowMs() + 10_000, until: failed });
  }
  if (!failed()) checker.atEnd();
  return {
    options,
    violations: checker.violations,
    hash: history.hash(),
    events: timeline.events(),
    virtualMs: timeline.nowMs(),
    covered: { ...covered },
    trace: history.lines(),
  };
}

/** The command that runs exactly this again and prints its trace. */
export function replayCommand({ seed, peers, tasks, bug }: RunOptions): string {
  const more = bug === undefined ? '' : ` --bug ${bug}`;
  return `npm run sim -- --seed ${seed} --peers ${peers} --tasks ${tasks}${more}`;
}

type Counting = { -readonly [K in keyof Coverage]: number };

function countCoverage({ history }: World): Counting {
  const counts: Counting = {
    crashes: 0,
    pauses: 0,
    partitions: 0,
    outages: 0,
    peopleActs: 0,
    takeovers: 0,
    rejectedPushes: 0,
    publications: 0,
  };
  const epochs = new Map<number, number>();
  history.onEvent((event) => {
    if (event.kind !== 'push') return;
    const { number, lock, result } = event.push;
    if (!event.accepted) {
      counts.rejectedPushes += 1;
      return;
    }
    if (result !== undefined) counts.publications += 1;
    const { epoch } = decodeLockCommit(virtualRepo, lock.commit).record;
    if (epoch > (epochs.get(number) ?? epoch)) counts.takeovers += 1;
    epochs.set(number, epoch);
  });
  return counts;
}

/** Sets off every kind of fault again and again; the returned function ends that. */
function scheduleFaults(world: World, covered: Counting): () => void {
  const { timeline, random, faults } = world;
  let on = true;
  const repeatedly = (everyMs: number, happen: () => void) => {
    if (!Number.isFinite(everyMs)) return;
    timeline.after(everyMs * (0.5 + random.unit()), () => {
      if (!on) return;
      happen();
      repeatedly(everyMs, happen);
    });
  };
  repeatedly(faults.crashEveryMs, () => {
    covered.crashes += 1;
    crashSomebody(world);
  });
  repeatedly(faults.pauseEveryMs, () => {
    covered.pauses += 1;
    pauseSomebody(world);
  });
  repeatedly(faults.partitionEveryMs, () => {
    covered.partitions += 1;
    split(world);
  });
  repeatedly(faults.outageEveryMs, () => {
    covered.outages += 1;
    world.outage = true;
    world.history.record({ kind: 'world', what: 'the forge is away' });
    timeline.after(random.between(5_000, 120_000), () => {
      world.outage = false;
    });
  });
  repeatedly(faults.peopleEveryMs, () => {
    covered.peopleActs += 1;
    act(world, virtualLabel);
  });
  return () => {
    on = false;
  };
}

function crashSomebody(world: World): void {
  const peer = world.random.pick(world.peers.filter((one) => one.process !== null));
  if (peer === undefined) return;
  world.crash(peer);
  world.timeline.after(world.random.between(100, 90_000), () => startAgain(world, peer));
}

function startAgain(world: World, peer: VirtualPeer): void {
  if (peer.process === null) world.start(peer);
}

function pauseSomebody(world: World): void {
  const peer = world.random.pick(world.peers.filter((one) => one.process !== null));
  const process = peer?.process;
  if (peer === undefined || process === null || process === undefined) return;
  world.history.record({ kind: 'world', what: `${peer.name} pauses` });
  process.pause();
  world.timeline.after(world.random.between(1_000, 150_000), () => process.resume());
}

function split(world: World): void {
  const sides = new Map<PeerId, number>(
    world.peers.map((peer) => [peer.id, world.random.between(0, 1)]),
  );
  world.history.record({ kind: 'world', what: 'the network splits' });
  world.network.partition(sides);
  world.timeline.after(world.random.between(5_000, 120_000), () =>
    world.network.partition(undefined),
  );
}

function heal(world: World): void {
  world.history.record({ kind: 'world', what: 'faults end' });
  world.faults = noFaults;
  world.outage = false;
  world.network.partition(undefined);
  for (const peer of world.peers) {
    peer.process?.resume();
    startAgain(world, peer);
  }
}
