/** What a forge is asked while nothing happens: by whole peers of production, and by peers that each poll for themselves. */
import type { Timing } from '@bzzz/protocol';
import { noFaults } from './faults.ts';
import { createProcess } from './process.ts';
import { createVirtualCommits } from './virtual-commits.ts';
import { createVirtualForge } from './virtual-forge.ts';
import { createWorld, virtualRepo, type World } from './world.ts';

export interface Idling {
  readonly seed: string;
  readonly peers: number;
  /** Default: the simulator's own, which is quicker than that of production. */
  readonly timing?: Timing;
  /** Until those that start have found each other; not counted. */
  readonly settleMs: number;
  readonly idleMs: number;
}

export interface IdleReport {
  readonly requests: number;
  /** Of the whole trace: two runs of one seed have the same. */
  readonly hash: string;
}

export function idle(options: Idling): Promise<IdleReport> {
  const world = emptyWorld(options);
  for (const peer of world.peers()) {
    world.timeline.after(world.random.between(0, 3_000), () => world.start(peer));
  }
  return counted(world, options);
}

/** As many that know nothing of each other: each looks at the issues as often as our watcher does, and at nothing else. */
export function idleNaively(options: Idling): Promise<IdleReport> {
  const world = emptyWorld(options);
  for (const peer of world.peers()) {
    world.timeline.after(world.random.between(0, 3_000), () => pollOn(world, peer));
  }
  return counted(world, options);
}

function emptyWorld({ seed, peers, timing }: Idling): World {
  return createWorld({
    seed,
    peers,
    tasks: 0,
    faults: noFaults,
    sharedAccount: true,
    bug: undefined,
    policy: { checkpointMs: null, verdicts: 0, helpers: 1, inRoles: false },
    fileAfterMs: 0,
    keepTrace: false,
    ...(timing === undefined ? {} : { timing }),
  });
}

async function counted(
  { timeline, history }: World,
  { settleMs, idleMs }: Idling,
): Promise<IdleReport> {
  let requests = 0;
  await timeline.run({ untilMs: settleMs });
  history.onEvent((event) => {
    if (event.kind === 'request') requests += 1;
  });
  await timeline.run({ untilMs: settleMs + idleMs });
  return { requests, hash: history.hash() };
}

function pollOn(world: World, { id, account }: ReturnType<World['peers']>[number]): void {
  const { timeline, state, history, sights, weather, timing } = world;
  const random = world.random.fork(`naive/${id}`);
  const process = createProcess(timeline, { skewMs: 0, drift: 0, sluggishMs: () => 0 });
  const forge = createVirtualForge(
    {
      timeline,
      random,
      state,
      history,
      process,
      sights,
      commits: createVirtualCommits(),
      faults: () => world.faults,
      weather,
    },
    { peer: id, account, lagMs: timing.lagMs },
  );
  const poll = async (cursor: Parameters<typeof forge.pollIssues>[1]): Promise<void> => {
    const { cursor: next } = await forge.pollIssues(virtualRepo, cursor);
    timeline.after(timing.pollMs, () => void poll(next));
  };
  void poll(null);
}
