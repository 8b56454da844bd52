/**
 * A virtual world with some peers in it: the very same coordinators as in production, over virtual
 * ports. A peer can crash at any moment, start again over what was on its disk, pause and go on.
 */
import { createCoordinator, type Coordinator } from '@bzzz/coordination';
import {
  Account,
  Issue,
  type IssueNumber,
  PeerId,
  RepoName,
  Timing,
  type TaskId,
  taskParts,
  wireVersions,
} from '@bzzz/protocol';
import { type Bug, withForgeBug, withJournalBug } from './bugs.ts';
import type { Faults } from './faults.ts';
import { createForgeState, type ForgeState } from './forge-state.ts';
import { createHistory, type History } from './history.ts';
import { createProcess, type Process } from './process.ts';
import { createSeededRandom, type SeededRandom } from './random.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { createVirtualForge } from './virtual-forge.ts';
import { createVirtualJournal, type VirtualDisk, virtualReplica } from './virtual-journal.ts';
import { createVirtualNetwork, type VirtualNetwork } from './virtual-mesh.ts';
import { createVirtualSigner } from './virtual-signer.ts';
import { createVirtualWork } from './virtual-work.ts';
import { withWitness } from './witness.ts';

export const virtualRepo = RepoName.parse('octo/virtual');
export const virtualLabel = 'bzzz';
const policy = 'version: 1\nrecipes: {chore: {run: [chore], accept: [check]}}\n';

export interface VirtualPeer {
  readonly id: PeerId;
  readonly name: string;
  readonly disk: VirtualDisk;
  process: Process | null;
  coordinator: Coordinator | null;
}

export interface World {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly state: ForgeState;
  readonly history: History;
  readonly network: VirtualNetwork;
  readonly peers: readonly VirtualPeer[];
  readonly accounts: readonly Account[];
  readonly timing: Timing;
  faults: Faults;
  outage: boolean;
  start(peer: VirtualPeer): void;
  crash(peer: VirtualPeer): void;
}

export interface WorldOptions {
  readonly seed: string;
  readonly peers: number;
  readonly tasks: number;
  readonly faults: Faults;
  /** All peers use one account, or each its own. */
  readonly sharedAccount: boolean;
  readonly bug: Bug | undefined;
  /** When people file the issues. */
  readonly fileAfterMs: number;
  readonly keepTrace: boolean;
}

export function createWorld(options: WorldOptions): World {
  const random = createSeededRandom(options.seed);
  const timeline = createTimeline();
  const peers = Array.from({ length: options.peers }, (_, index) => virtualPeer(index));
  const names = new Map(peers.map((peer) => [peer.id, peer.name]));
  const accounts = options.sharedAccount
    ? [Account.parse('bzzz-bot')]
    : peers.map((peer) => Account.parse(`bot-${peer.name}`));
  const history = createHistory({
    nowMs: timeline.nowMs,
    nameOf: (peer) => names.get(peer) ?? peer,
    keep: options.keepTrace,
  });
  const state = createForgeState(accounts, policy);
  timeline.after(options.fileAfterMs, () => {
    for (let number = 1; number <= options.tasks; number += 1) {
      state.file({ ...virtualIssue(number), updatedAtMs: timeline.nowMs() });
    }
  });
  const hopeless = drawHopeless(random, options.tasks);
  const network = createVirtualNetwork({
    timeline,
    random: random.fork('network'),
    faults: () => world.faults,
    onListenerError(error) {
      throw error;
    },
  });
  const timing = Timing.parse({ leaseMs: 60_000, lagMs: 8_000, pollMs: 5_000, backoffMs: 2_000 });

  function start(peer: VirtualPeer): void {
    const index = peers.indexOf(peer);
    const process = createProcess(timeline, random.between(-2_000, 2_000));
    const common = {
      timeline,
      random: random.fork(`${peer.name}/${timeline.nowMs()}`),
      history,
      process,
    };
    const account = accounts[index % accounts.length] ?? Account.parse('bzzz-bot');
    const forge = createVirtualForge(
      { ...common, state, faults: () => world.faults, outage: () => world.outage },
      { peer: peer.id, account, lagMs: timing.lagMs / 2 },
    );
    const context = { repo: virtualRepo, account, state, timeline };
    const journal = createVirtualJournal({ ...common, disk: peer.disk }, peer.id);
    const fateOf = ([program]: readonly string[], task: TaskId) =>
      program === 'chore' && hopeless.has(taskParts(task).number) ? 'fails' : 'succeeds';
    const others = peers.filter((other) => other !== peer);
    const coordinator = createCoordinator(
      {
        clock: process.clock,
        random: common.random,
        signer: createVirtualSigner(peer.id),
        mesh: network.join(peer.id, process),
        journal: withJournalBug(options.bug, journal),
        replicas: () => others.map((other) => virtualReplica(other.disk, other.id)),
        forge: withWitness(withForgeBug(options.bug, forge, context), history, peer.id),
        ...createVirtualWork(common, { peer: peer.id, workMsMax: 20_000, fateOf }),
      },
      {
        name: peer.name,
        version: '0.0.0',
        repositories: [virtualRepo],
        slots: 1 + (index % 2),
        tools: [],
        sandbox: 'bubblewrap',
        wire: wireVersions,
        timing,
        load: () => 0,
        onFatal: (error) => {
          throw error;
        },
      },
    );
    peer.process = process;
    peer.coordinator = coordinator;
    history.record({ kind: 'world', what: `${peer.name} starts` });
    coordinator.start().catch((error: unknown) => {
      history.record({ kind: 'world', what: `${peer.name} failed to start: ${String(error)}` });
    });
  }

  function crash(peer: VirtualPeer): void {
    history.record({ kind: 'world', what: `${peer.name} crashes` });
    peer.process?.kill();
    peer.process = null;
    peer.coordinator = null;
    network.leave(peer.id);
  }

  const world: World = {
    timeline,
    random,
    state,
    history,
    network,
    peers,
    accounts,
    timing,
    faults: options.faults,
    outage: false,
    start,
    crash,
  };
  return world;
}

function virtualPeer(index: number): VirtualPeer {
  const name = `p${index}`;
  const letters = String(index).replaceAll(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));
  const id = PeerId.parse(`12D3KooW${letters.padStart(44, 'x')}`);
  return { id, name, disk: { entries: [] }, process: null, coordinator: null };
}

function virtualIssue(number: number): Issue {
  return Issue.parse({
    number,
    title: `chore ${number}`,
    body: 'recipe: chore',
    state: 'open',
    labels: [virtualLabel],
    assignees: [],
    author: 'mara',
    association: 'OWNER',
    updatedAtMs: 0,
  });
}

/** One task in ten cannot be done by anybody. */
function drawHopeless(random: SeededRandom, tasks: number): Set<IssueNumber> {
  const drawn = random.fork('hopeless');
  const numbers = Array.from({ length: tasks }, (_, index) => virtualIssue(index + 1).number);
  return new Set(numbers.filter(() => drawn.chance(0.1)));
}
