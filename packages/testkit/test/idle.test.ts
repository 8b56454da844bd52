/**
 * An idle peer while an eligible task waits is a bug. Whole peers without faults, looked at from
 * outside at every event: no task is left for longer than one stagger while anybody is free, and nobody that could take
 * it leaves it longer than the contest needs; `idleness.ts` says what is counted.
 */
import { decodeLockCommit, type IssueNumber } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { noFaults } from '../src/sim/faults.ts';
import { createWorld, type VirtualPeer, virtualRepo, type World } from '../src/sim/world.ts';
import { watchIdleness } from './idleness.ts';

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
  const idleness = watchIdleness(world, plainTasks(world));
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
  expect(idleness.longestMs()).toBeLessThanOrEqual(world.timing.staggerMs);
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
    for (let seed = 1; seed <= 5; seed += 1) pairs += await play(seed, scene);
    // It saw what it is about: peers that were free while a task waited, for a moment.
    expect(pairs).toBeGreaterThan(scene.tasks);
  });
});
