/**
 * An idle peer while an eligible task waits is a bug. Whole peers without faults, looked at from
 * outside at every event: nobody that could take a task leaves it longer than the contest needs.
 */
import { decodeLockCommit, type IssueNumber, type LockRecord, type PeerId } from '@bzzz/protocol';
import type { PeerView } from '@bzzz/coordination';
import { describe, expect, it } from 'vitest';
import { noFaults } from '../src/sim/faults.ts';
import { createWorld, type VirtualPeer, virtualRepo, type World } from '../src/sim/world.ts';

/** What a claim takes beyond its turn: a read and a push there and back, the journal, the gossip. */
const claimMsMax = 1_000;

interface Idleness {
  readonly peer: PeerId;
  readonly sinceMs: number;
  /** So many were free at once: the last of them waits for all others. */
  readonly freeMax: number;
}

/** Samples; returns every peer and task that were left together for too long. */
function watchIdleness(world: World): {
  sample: () => void;
  found: Set<string>;
  pairs: () => number;
} {
  const { timeline, history, state, timing } = world;
  const plain = new Set(plainTasks(world));
  const locks = new Map<IssueNumber, LockRecord>();
  const idle = new Map<string, Idleness>();
  const found = new Set<string>();
  let pairs = 0;
  history.onEvent((event) => {
    if (event.kind !== 'push' || !event.accepted) return;
    const { record } = decodeLockCommit(virtualRepo, event.push.lock.commit);
    const isClaim = record.state === 'held' && locks.get(event.push.number)?.epoch !== record.epoch;
    locks.set(event.push.number, record);
    // Whoever takes one task has not been idle until then, and sees to the others after it.
    if (isClaim) restart(record.peer);
  });

  function restart(peer: PeerId): void {
    const sinceMs = timeline.nowMs();
    for (const [name, one] of idle) if (one.peer === peer) idle.set(name, { ...one, sinceMs });
  }

  /** Nobody holds it, or one that this peer knows to be dead. */
  function isWaiting(number: IssueNumber, view: PeerView): boolean {
    const lock = locks.get(number);
    if (lock === undefined || lock.state === 'released') return true;
    return lock.state === 'held' && isDead(view, lock.peer);
  }

  return {
    found,
    pairs: () => pairs,
    sample() {
      const free = world.peers().flatMap((peer) => viewOfFree(peer) ?? []);
      const names = new Set<string>();
      for (const view of free) {
        for (const { task, wanted } of view.tasks) {
          const number = state.numbers().find((one) => task.endsWith(`#${one}`));
          if (!wanted || number === undefined || !plain.has(number)) continue;
          if (!isWaiting(number, view)) continue;
          const name = `${view.self.name} leaves ${task}`;
          names.add(name);
          const { peer } = view.self;
          const before = idle.get(name) ?? { peer, sinceMs: timeline.nowMs(), freeMax: 0 };
          const freeMax = Math.max(before.freeMax, free.length);
          idle.set(name, { ...before, freeMax });
          const spentMs = timeline.nowMs() - before.sinceMs;
          // Whoever moves up in the rank waits one stagger all the same.
          const turnMs = Math.max(1, freeMax - 1) * timing.staggerMs;
          if (spentMs > turnMs + claimMsMax) found.add(`${name} since ${before.sinceMs} ms`);
        }
      }
      for (const name of idle.keys()) {
        if (names.has(name)) continue;
        idle.delete(name);
        pairs += 1;
      }
    },
  };
}

/** Of a peer that lives, knows its account and has a slot left. All peers here have what it takes. */
function viewOfFree({ coordinator, process }: VirtualPeer): PeerView | undefined {
  if (coordinator === null || process?.alive() !== true) return undefined;
  try {
    const view = coordinator.view();
    const { account, running, slots } = view.self;
    return account !== null && running < slots ? view : undefined;
  } catch {
    // It is still starting.
    return undefined;
  }
}

function isDead(view: PeerView, peer: PeerId): boolean {
  return view.members.some((one) => one.peer === peer && one.liveness === 'dead');
}

interface Scene {
  readonly peers: number;
  readonly tasks: number;
  readonly fileAfterMs: number;
  /** Peers that stop well, or die, in the middle of the work. */
  readonly stops?: number;
  readonly crashes?: number;
}

async function play(seed: number, { stops = 0, crashes = 0, ...sizes }: Scene) {
  const world = createWorld({
    ...sizes,
    seed: `idle/${seed}`,
    faults: noFaults,
    sharedAccount: true,
    bug: undefined,
    policy: { checkpointMs: null, verdicts: 0, helpers: 1, inRoles: false },
    keepTrace: false,
  });
  const { timeline, random } = world;
  const peers = world.peers();
  const idleness = watchIdleness(world);
  for (const peer of peers) timeline.after(random.between(0, 3_000), () => world.start(peer));
  const [leaving, dying] = [peers.slice(0, stops), peers.slice(stops, stops + crashes)];
  for (const peer of leaving) {
    timeline.after(random.between(25_000, 60_000), () => void leave(world, peer));
  }
  for (const peer of dying) {
    timeline.after(random.between(25_000, 60_000), () => world.crash(peer));
  }
  const isOver = () => timeline.nowMs() > 60_000 && allEnded(world);
  await timeline.run({
    untilMs: 20 * 60_000,
    until() {
      idleness.sample();
      return idleness.found.size > 0 || isOver();
    },
  });
  expect([...idleness.found], `seed ${seed}`).toEqual([]);
  expect(allEnded(world), `seed ${seed}`).toBe(true);
  return idleness.pairs();
}

async function leave(world: World, peer: VirtualPeer): Promise<void> {
  const { coordinator } = peer;
  // From the first word of stopping on nobody expects it to take anything.
  peer.coordinator = null;
  await coordinator?.stop();
  world.crash(peer);
}

/** More than any of these worlds has. */
const machines = Array.from({ length: 12 }, (_, machine) => machine);

/** Those of a trusted author whose work succeeds: others are refused, or pause between attempts. */
function plainTasks({ tasks }: World): IssueNumber[] {
  return tasks
    .filter(
      ({ issue, fateOf }) =>
        issue.association === 'OWNER' &&
        machines.every((machine) => fateOf('chore', machine) === 'succeeds'),
    )
    .map(({ issue }) => issue.number);
}

function allEnded(world: World): boolean {
  const { state, timeline } = world;
  return plainTasks(world).every((number) => {
    const lock = state.at(number, timeline.nowMs())?.lock ?? null;
    const commit = lock === null ? undefined : state.object(lock);
    if (commit === undefined) return false;
    const { record } = decodeLockCommit(virtualRepo, commit);
    return record.state === 'result' || record.state === 'failed';
  });
}

describe('no peer is idle while a task waits that it could take', () => {
  it.each<[string, Scene]>([
    ['more tasks than peers', { peers: 3, tasks: 10, fileAfterMs: 20_000 }],
    ['as many peers as tasks, from the start', { peers: 5, tasks: 5, fileAfterMs: 0 }],
    ['more peers than tasks', { peers: 12, tasks: 2, fileAfterMs: 20_000 }],
    ['one peer', { peers: 1, tasks: 4, fileAfterMs: 10_000 }],
    ['some stop', { peers: 4, tasks: 8, fileAfterMs: 15_000, stops: 2 }],
    ['some die', { peers: 5, tasks: 8, fileAfterMs: 15_000, crashes: 2 }],
  ])('%s', async (_, scene) => {
    let pairs = 0;
    for (let seed = 1; seed <= 3; seed += 1) pairs += await play(seed, scene);
    // It saw what it is about: peers that were free while a task waited, for a moment.
    expect(pairs).toBeGreaterThan(scene.tasks);
  });
});
