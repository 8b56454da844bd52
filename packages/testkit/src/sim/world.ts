/**
 * A virtual world with some peers in it: the very same coordinators as in production, over virtual
 * ports. A peer can crash at any moment, start again over what was on its disk or over nothing, pause
 * and go on.
 */
import { createCoordinator, type Coordinator } from '@bzzz/coordination';
import {
  Account,
  type Liveness,
  Oid,
  PeerId,
  RepoName,
  Timing,
  type TaskId,
  taskParts,
  wireVersions,
} from '@bzzz/protocol';
import type { Bug } from './bugs.ts';
import { type Faults, noFaults } from './faults.ts';
import { createForgeState, type ForgeState } from './forge-state.ts';
import { createForgeWeather, type ForgeWeather } from './forge-weather.ts';
import { createHistory, type History } from './history.ts';
import { createLinks, type Links } from './links.ts';
import { createMachines } from './machines.ts';
import { openDisk, withForgeBug, withJournalBug } from './port-bugs.ts';
import { createProcess, type Process } from './process.ts';
import { createSeededRandom, type SeededRandom } from './random.ts';
import { drawTasks, type PolicyDraw, policyOf, type VirtualTask } from './tasks.ts';
import { createSurroundings, type Surroundings } from './surroundings.ts';
import { createSights, type Sights } from './sights.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { createVirtualForge } from './virtual-forge.ts';
import { createVirtualJournal, type VirtualDisk, virtualLog } from './virtual-journal.ts';
import { createVirtualNetwork, type VirtualNetwork } from './virtual-mesh.ts';
import { type Copies, createReplication, type Replication } from './virtual-replication.ts';
import { createVirtualSigner } from './virtual-signer.ts';
import { type AddedTests, createVirtualCommits } from './virtual-commits.ts';
import type { Fate } from './virtual-reports.ts';
import { createVirtualWork } from './virtual-work.ts';
import { tellByWebhooks } from './webhooks.ts';
import { type WitnessedMesh, witnessMesh } from './mesh-witness.ts';
import { withWitness } from './witness.ts';

export const virtualRepo = RepoName.parse('octo/virtual');
export const virtualLabel = 'bzzz';

/** Of the machine of this index. */
export function slotsOf(index: number): number {
  return 1 + (index % 2);
}

/** Beyond these a partition is told of as one in many groups. */
const manyGroups = 3;

/** Reads are as old as that at most, of what peers expect: their clocks may run faster. */
const staleShare = 0.9;

export interface VirtualPeer {
  readonly id: PeerId;
  readonly name: string;
  readonly account: Account;
  readonly disk: VirtualDisk;
  /** What it holds of others' journals. */
  readonly copies: Copies;
  process: Process | null;
  coordinator: Coordinator | null;
  mesh: WitnessedMesh | null;
}

export interface World {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly state: ForgeState;
  readonly history: History;
  readonly network: VirtualNetwork;
  readonly links: Links;
  readonly surroundings: Surroundings;
  readonly replication: Replication;
  readonly sights: Sights;
  readonly weather: ForgeWeather;
  readonly accounts: readonly Account[];
  readonly tasks: readonly VirtualTask[];
  readonly timing: Timing;
  /** How patient peers are with one that is silent. */
  readonly liveness: Liveness;
  /** Peers that may work on one request for help. */
  readonly helpers: number;
  readonly faults: Faults;
  /** Those that exist now; a peer that lost its disk has given its place to another. */
  peers(): readonly VirtualPeer[];
  start(peer: VirtualPeer): void;
  crash(peer: VirtualPeer): void;
  /** The machine comes back with an empty disk, and so as somebody else. */
  wipe(peer: VirtualPeer): VirtualPeer;
  /** A person pushes to the base branch. */
  moveBase(): void;
  /** Undefined: the network is whole again. */
  /** Silently: connections stay, and nothing comes on them. */
  split(groups: ReadonlyMap<PeerId, number> | undefined, silent?: boolean): void;
  endFaults(): void;
}

export interface WorldOptions {
  readonly seed: string;
  readonly peers: number;
  readonly tasks: number;
  readonly faults: Faults;
  /** All peers use one account, or each its own. */
  readonly sharedAccount: boolean;
  readonly policy: PolicyDraw;
  readonly bug: Bug | undefined;
  /** When people file the issues. */
  readonly fileAfterMs: number;
  readonly keepTrace: boolean;
  /** One after the other within so long. Default: all at once, or as the seed has it. */
  readonly filingMs?: number;
  /** Default: quick, so that hours need few events. */
  readonly timing?: Timing;
}

const quickTiming = Timing.parse({
  leaseMs: 60_000,
  lagMs: 8_000,
  pollMs: 5_000,
  backoffMs: 2_000,
  tidyMs: 30_000,
  reviewMs: 15_000,
  keepMs: 20_000,
});

export function createWorld(options: WorldOptions): World {
  const random = createSeededRandom(options.seed);
  const timeline = createTimeline();
  const accounts = accountsOf(options);
  const peers = accounts.all.map((account, index) => virtualPeer(index, account));
  let disksLost = 0;
  const names = new Map(peers.map((peer) => [peer.id, peer.name]));
  const history = createHistory({
    nowMs: timeline.nowMs,
    nameOf: (peer) => names.get(peer) ?? peer,
    keep: options.keepTrace,
  });
  const sights = createSights();
  const tasks = drawTasks({ random: random.fork('tasks'), sights }, options.tasks, options.faults);
  const state = createForgeState(accounts.distinct, policyOf(options.policy));
  // All at once, or one after the other while faults last.
  const filing = random.fork('filing');
  const drawnMs = options.faults === noFaults || filing.chance(0.5) ? 0 : 200_000;
  const spreadMs = options.filingMs ?? drawnMs;
  for (const { issue } of tasks) {
    timeline.after(options.fileAfterMs + filing.between(0, spreadMs), () =>
      state.file({ ...issue, updatedAtMs: timeline.nowMs() }),
    );
  }
  const commits = createVirtualCommits();
  let faults = options.faults;
  const weather = createForgeWeather(timeline.nowMs);
  const surroundings = createSurroundings({
    nowMs: timeline.nowMs,
    living: () => peers.filter(({ process }) => process !== null).map(({ id }) => id),
    isPaused: (id) => peers.find((peer) => peer.id === id)?.process?.running() === false,
  });
  const links = createLinks(() => network.reconnect());
  const network: VirtualNetwork = createVirtualNetwork({
    timeline,
    random: random.fork('network'),
    links,
    sights,
    faults: () => faults,
    onListenerError(error) {
      throw error;
    },
  });
  const replication = createReplication({
    timeline,
    random: random.fork('replication'),
    links,
    sights,
    history,
    faults: () => faults,
    peers: () => peers,
    credulous: options.bug === 'believes-copies',
  });
  history.onEvent((event) => {
    if (event.kind === 'durable') replication.onGrown(event.peer);
  });
  if (options.faults !== noFaults) {
    const hooks = { timeline, random: random.fork('webhooks'), history, sights };
    tellByWebhooks({ ...hooks, peers: () => peers }, virtualRepo);
  }
  const { timing = quickTiming } = options;
  // Patient, since every ping costs the simulator as much as any other message; more so through hours.
  const patience = options.faults.longOutageMs > 0 ? 5 : 1;
  const liveness = {
    pingMs: 5_000 * patience,
    silenceMs: 12_000 * patience,
    probeMs: 2_000,
    suspicionMs: 3_000,
  };
  const machines = createMachines(
    { random, sights },
    { names: peers.map(({ name }) => name), faults: options.faults },
  );

  function start(peer: VirtualPeer): void {
    const index = peers.indexOf(peer);
    const draws = random.fork(`${peer.name}/${timeline.nowMs()}`);
    const { skewMs, drift, sluggish, release } = machines.boot(index, draws.fork('clock'));
    const process = createProcess(timeline, {
      skewMs,
      drift,
      sluggishMs: () => (sluggish ? draws.between(0, faults.sluggishMsMax) : 0),
    });
    const common = { timeline, random: draws, history, process, sights, commits };
    const { account } = peer;
    const forge = createVirtualForge(
      { ...common, state, faults: () => faults, weather },
      {
        peer: peer.id,
        account,
        lagMs: timing.lagMs * staleShare,
        deaf: options.bug === 'deaf-to-limits',
      },
    );
    const context = { repo: virtualRepo, account, state, timeline };
    const journal = createVirtualJournal(
      { ...common, disk: openDisk(options.bug, peer.disk), release },
      peer.id,
    );
    const taskOf = (task: TaskId) =>
      tasks.find(({ issue }) => issue.number === taskParts(task).number);
    const fateOf = ([program]: readonly string[], task: TaskId): Fate =>
      taskOf(task)?.fateOf(program, index) ?? 'succeeds';
    const testsOf = (task: TaskId): AddedTests => taskOf(task)?.testsOf(index) ?? 'none';
    const leaks = (task: TaskId) => taskOf(task)?.leaksOn(index) ?? false;
    const mesh = witnessMesh(network.join(peer.id, process, { release }), history, {
      nowMs: timeline.nowMs,
      onMet: (other) => replication.meet(peer.id, other),
    });
    const coordinator = createCoordinator(
      {
        clock: process.clock,
        random: common.random,
        signer: createVirtualSigner(peer.id),
        mesh,
        journal: withJournalBug(options.bug, journal),
        replicas: () => replicasOf(peer),
        // No virtual journal is ever forked, and signed heads alone must not say otherwise.
        witness: async () => null,
        forge: withWitness(withForgeBug(options.bug, forge, context), history, peer.id),
        ...createVirtualWork(common, { peer: peer.id, workMsMax: 20_000, fateOf, testsOf, leaks }),
      },
      {
        name: peer.name,
        version: '0.0.0',
        repositories: [virtualRepo],
        offer: () => ({ slots: slotsOf(index), tools: [], sandbox: 'bubblewrap' }),
        platform: 'virtual',
        wire: wireVersions,
        timing,
        liveness,
        load: () => 0,
        onFatal: (error) => {
          throw error;
        },
      },
    );
    peer.process = process;
    peer.coordinator = coordinator;
    peer.mesh = mesh;
    replication.onStart(peer.id);
    history.record({ kind: 'world', what: `${peer.name} starts` });
    coordinator.start().catch((error: unknown) => {
      history.record({ kind: 'world', what: `${peer.name} failed to start: ${String(error)}` });
    });
  }

  function replicasOf({ copies }: VirtualPeer) {
    const isOld = peers.some(
      ({ id, disk }) => (copies.get(id)?.entries.length ?? Infinity) < disk.entries.length,
    );
    if (isOld) sights.count('old replica');
    return [...copies].map(([writer, { entries }]) => virtualLog(entries, writer));
  }

  function crash(peer: VirtualPeer): void {
    history.record({ kind: 'world', what: `${peer.name} crashes` });
    peer.process?.kill();
    peer.process = null;
    peer.coordinator = null;
    peer.mesh = null;
    network.leave(peer.id);
  }

  function wipe(peer: VirtualPeer): VirtualPeer {
    const heir = virtualPeer(peers.indexOf(peer), peer.account, disksLost + 1);
    history.record({ kind: 'world', what: `${peer.name} has lost its disk: ${heir.name}` });
    disksLost += 1;
    names.set(heir.id, heir.name);
    peers.splice(peers.indexOf(peer), 1, heir);
    return heir;
  }

  function split(groups: ReadonlyMap<PeerId, number> | undefined, silent = false): void {
    if (groups === undefined && links.isSplit()) sights.count('partition healed');
    if (silent) sights.count('silent partition');
    if (new Set(groups?.values()).size > manyGroups) sights.count('partition in many');
    links.partition(groups, silent);
    surroundings.split(groups);
  }

  return {
    timeline,
    random,
    state,
    history,
    network,
    links,
    surroundings,
    replication,
    sights,
    weather,
    tasks,
    timing,
    liveness,
    helpers: options.policy.helpers,
    accounts: accounts.distinct,
    get faults() {
      return faults;
    },
    peers: () => peers,
    start,
    crash,
    wipe,
    moveBase() {
      history.record({ kind: 'world', what: 'the base branch moves' });
      const tip = random.bytes(20);
      const oid = Oid.parse(Array.from(tip, (byte) => byte.toString(16).padStart(2, '0')).join(''));
      // Whoever moved it asks for more verdicts by now, or fewer; what was published keeps its threshold.
      const verdicts = random.fork(`verdicts ${oid}`).between(0, 2);
      state.base = { oid, policy: policyOf({ ...options.policy, verdicts }) };
    },
    split,
    endFaults() {
      // What a machine is does not change: a slow or an older peer stays what it was.
      const { sluggishMsMax } = faults;
      faults = { ...noFaults, sluggishMsMax: Math.min(sluggishMsMax, 200) };
      weather.clear();
      split(undefined);
      links.heal();
    },
  };
}

function accountsOf({ peers, sharedAccount }: WorldOptions) {
  const all = Array.from({ length: peers }, (_, index) =>
    Account.parse(sharedAccount ? 'bzzz-bot' : `bot-p${index}`),
  );
  return { all, distinct: [...new Set(all)] };
}

function virtualPeer(index: number, account: Account, life = 0): VirtualPeer {
  const name = life === 0 ? `p${index}` : `p${index}.${life}`;
  const digits = `${index}${life === 0 ? '' : `z${life}`}`;
  const letters = digits.replaceAll(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));
  const id = PeerId.parse(`12D3KooW${letters.padStart(44, 'x')}`);
  const disk = { entries: [] };
  const gone = { process: null, coordinator: null, mesh: null };
  return { id, name, account, disk, copies: new Map(), ...gone };
}
