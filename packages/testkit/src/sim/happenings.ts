/** What goes wrong in a run now and then, each kind at its own pace, until faults end. */
import { type PeerId } from '@bzzz/protocol';
import { type Happening, happenings } from './faults.ts';
import { act } from './people.ts';
import { type VirtualPeer, virtualLabel, type World } from './world.ts';

/** Sets off every kind again and again; the returned function ends that. */
export function scheduleHappenings(
  world: World,
  onHappening: (what: Happening) => void,
): () => void {
  const { timeline, random, faults } = world;
  let on = true;
  function repeat(what: Happening): void {
    const everyMs = faults.everyMs[what];
    if (!Number.isFinite(everyMs)) return;
    timeline.after(everyMs * (0.5 + random.unit()), () => {
      if (!on) return;
      if (happen[what](world)) onHappening(what);
      repeat(what);
    });
  }
  for (const what of happenings) repeat(what);
  return () => {
    on = false;
  };
}

/** Faults off: whoever is down starts again, the network is whole, the forge answers. */
export function heal(world: World): void {
  tell(world, 'faults end');
  world.endFaults();
  for (const peer of world.peers()) {
    peer.process?.resume();
    startAgain(world, peer);
  }
}

/** False: nobody is there to whom it could happen. */
const happen: Record<Happening, (world: World) => boolean> = {
  crash: (world) =>
    toSomebody(world, (peer) => {
      world.crash(peer);
      world.timeline.after(world.random.between(100, 90_000), () => startAgain(world, peer));
    }),
  wipe: (world) =>
    toSomebody(world, (peer) => {
      world.crash(peer);
      const heir = world.wipe(peer);
      world.timeline.after(world.random.between(100, 90_000), () => startAgain(world, heir));
    }),
  pause: (world) =>
    toSomebody(world, (peer, { pause, resume, sinceMs }) => {
      tell(world, `${peer.name} pauses`);
      const upSinceMs = sinceMs();
      pause();
      watchHang(world, peer, upSinceMs);
      world.timeline.after(world.random.between(1_000, 150_000), () => {
        tell(world, `${peer.name} goes on`);
        resume();
      });
    }),
  partition(world) {
    const groups = world.random.between(2, 3);
    const peers = world.peers();
    const sides = new Map<PeerId, number>(
      peers.map(({ id }) => [id, world.random.between(1, groups)]),
    );
    const names = peers.map(({ id, name }) => `${name}: ${sides.get(id)}`);
    tell(world, `the network splits in ${groups} (${names.join(', ')})`);
    world.split(sides);
    later(world, 120_000, () => world.split(undefined));
    return true;
  },
  cut: (world) =>
    toTwo(world, (from, to) => {
      tell(world, `nothing gets from ${from.name} to ${to.name}`);
      later(world, 90_000, world.links.cut(from.id, to.id));
    }),
  hang: (world) =>
    toTwo(world, (a, b) => {
      tell(world, `the connection of ${a.name} and ${b.name} hangs`);
      later(world, 90_000, world.links.hang(a.id, b.id));
    }),
  flap: (world) =>
    toTwo(world, (a, b) => {
      tell(world, `the connection of ${a.name} and ${b.name} closes`);
      world.network.close(a.id, b.id);
    }),
  slowLink: (world) =>
    toTwo(world, (a, b) => {
      const delayMs = world.random.between(100, 3_000);
      later(world, 120_000, world.links.slow(a.id, b.id, delayMs));
    }),
  outage(world) {
    tell(world, 'the forge is away');
    world.setOutage(true);
    // Mostly minutes, sometimes hours, which outlive every lease.
    const longMs = world.random.chance(0.1) ? 3 * 3_600_000 : 120_000;
    world.timeline.after(world.random.between(5_000, longMs), () => {
      tell(world, 'the forge is back');
      world.setOutage(false);
    });
    return true;
  },
  limit(world) {
    const account = world.random.pick(world.accounts);
    if (account === undefined) return false;
    tell(world, `the forge limits ${account}`);
    const untilMs = world.timeline.nowMs() + world.random.between(5_000, 300_000);
    world.weather.limitedUntilMs.set(account, untilMs);
    return true;
  },
  refuse(world) {
    tell(world, 'a rule refuses pushes');
    world.weather.refusing = true;
    later(world, 90_000, () => {
      world.weather.refusing = false;
    });
    return true;
  },
  base(world) {
    world.moveBase();
    return true;
  },
  people(world) {
    const { timeline, random, state, history, accounts } = world;
    const bot = random.pick(accounts);
    if (bot === undefined) return false;
    act({ timeline, random, state, history, label: virtualLabel, bot });
    return true;
  },
};

/** So long a peer must hang before others must have noticed, who ran so long before. */
const hangNoticedMs = 45_000;
const settledMs = 20_000;

/** Once it has hung for long: who could have noticed. */
function watchHang(world: World, { id, process }: VirtualPeer, upSinceMs: number): void {
  const { timeline, history } = world;
  const sinceMs = timeline.nowMs();
  // Slow peers are patient with others, in no time that could be foretold.
  if (process === null || world.faults.sluggishMsMax > 0) return;
  const watchers = world.peers().filter((one) => isWatching(one, { id, upSinceMs, sinceMs }));
  timeline.after(hangNoticedMs, () => {
    if (process.running() || process.sinceMs() !== sinceMs || !process.alive()) return;
    const still = watchers
      .filter((one) => isWatching(one, { id, upSinceMs, sinceMs }))
      .map((one) => one.id);
    history.record({ kind: 'hung', peer: id, sinceMs, watchers: still });
  });
}

function isWatching(
  { process, mesh }: VirtualPeer,
  hung: { readonly id: PeerId; readonly upSinceMs: number; readonly sinceMs: number },
): boolean {
  if (process?.running() !== true || process.sinceMs() > hung.sinceMs - settledMs) return false;
  // Whom nothing reached before either may have suspected it long ago.
  const heardSinceMs = Math.max(hung.upSinceMs, hung.sinceMs - settledMs);
  return mesh?.hasHeard(hung.id, heardSinceMs) === true && mesh.connected().includes(hung.id);
}

function toSomebody(
  world: World,
  job: (peer: VirtualPeer, process: NonNullable<VirtualPeer['process']>) => void,
): boolean {
  const peer = world.random.pick(world.peers().filter((one) => one.process !== null));
  if (peer === undefined || peer.process === null) return false;
  job(peer, peer.process);
  return true;
}

function toTwo(world: World, job: (a: VirtualPeer, b: VirtualPeer) => void): boolean {
  const a = world.random.pick(world.peers());
  const b = world.random.pick(world.peers().filter((one) => one !== a));
  if (a === undefined || b === undefined) return false;
  job(a, b);
  return true;
}

function later(world: World, mostMs: number, undo: () => void): void {
  world.timeline.after(world.random.between(5_000, mostMs), undo);
}

function startAgain(world: World, peer: VirtualPeer): void {
  if (peer.process === null && world.peers().includes(peer)) world.start(peer);
}

function tell({ history }: World, what: string): void {
  history.record({ kind: 'world', what });
}
