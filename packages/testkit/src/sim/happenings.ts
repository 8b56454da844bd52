/** What goes wrong in a run now and then, each kind at its own pace, until faults end. */
import type { PeerId } from '@bzzz/protocol';
import { type Happening, happenings } from './faults.ts';
import type { Limit } from './forge-weather.ts';
import type { Forsaking } from './forsaking.ts';
import { act } from './people.ts';
import { drawGroups } from './splits.ts';
import { type VirtualPeer, virtualLabel, type World } from './world.ts';

/** When a long outage begins at the latest: what was under way then goes on within the time of faults. */
const outageBeginsMsMax = 200_000;
/** So long after it began most work is under way. */
const midstMsMax = 8_000;
/** In hours without a forge little goes on that has not been tried within minutes. */
const paceInOutage = 0.05;

/** Sets off every kind again and again; the returned function ends that. */
export function scheduleHappenings(
  world: World,
  onHappening: (what: Happening) => void,
): () => void {
  const { timeline, random, faults } = world;
  let on = true;
  let pace = 1;
  function repeat(what: Happening): void {
    const everyMs = faults.everyMs[what];
    if (!Number.isFinite(everyMs)) return;
    timeline.after((everyMs / pace) * (0.5 + random.unit()), () => {
      if (!on) return;
      if (happen[what](world)) onHappening(what);
      repeat(what);
    });
  }
  for (const what of happenings) repeat(what);
  const { longOutageMs, longDeathMs } = faults;
  if (longDeathMs > 0) bereave(world, longDeathMs);
  if (longOutageMs > 0) {
    timeline.after(random.between(30_000, outageBeginsMsMax), () => {
      pace = paceInOutage;
      goAway(world, longOutageMs, () => {
        pace = 1;
        if (on) world.sights.count('longOutageMs');
      });
    });
  }
  return () => {
    on = false;
  };
}

/** Whoever begins work first is gone in the midst of it. */
function bereave(world: World, lastsMs: number): void {
  const { timeline, random, history, sights } = world;
  let isOver = false;
  history.onEvent((event) => {
    if (isOver || event.kind !== 'work' || event.step !== 'started') return;
    isOver = true;
    timeline.after(random.between(10, midstMsMax), () => {
      const peer = world.peers().find(({ id }) => id === event.peer);
      if (peer === undefined || peer.process === null) return;
      world.crash(peer);
      sights.count('longDeathMs');
      history.record({ kind: 'gone', peer: peer.id });
      timeline.after(lastsMs, () => startAgain(world, peer));
    });
  });
}

/** Faults off: whoever is not lost for good starts again, the network is whole, the forge answers. */
export function heal(world: World, forsaking: Forsaking): void {
  tell(world, 'faults end');
  world.endFaults();
  forsaking.renew();
  for (const peer of world.peers()) {
    peer.process?.resume();
    if (!forsaking.isLost(peer.id)) startAgain(world, peer);
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
    const peers = world.peers();
    const sides = drawGroups(
      world.random,
      peers.map(({ id }) => id),
    );
    const names = peers.map(({ id, name }) => `${name}: ${sides.get(id)}`);
    const silent = world.random.chance(0.5);
    const how = silent ? 'silently ' : '';
    const groups = new Set(sides.values()).size;
    tell(world, `the network splits ${how}in ${groups} (${names.join(', ')})`);
    world.split(sides, silent);
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
    goAway(world, world.random.between(5_000, 120_000));
    return true;
  },
  forgeCut: (world) =>
    toSomebody(world, ({ id }) => {
      const { random, links, weather } = world;
      const side = links.sideOf(id);
      const peers = world.peers().filter((one) => {
        return one.id === id || (side !== undefined && links.sideOf(one.id) === side);
      });
      const cut = random.chance(0.5) ? peers : peers.filter((one) => one.id === id);
      tell(world, `${cut.map(({ name }) => name).join(', ')} cannot reach the forge`);
      later(world, 150_000, weather.cutOff(cut.map((one) => one.id)));
    }),
  limit: (world) => limit(world, 'primary'),
  limitWrites: (world) => limit(world, 'secondary'),
  refuse(world) {
    tell(world, 'a rule refuses pushes');
    later(world, 90_000, world.weather.refuse());
    return true;
  },
  base(world) {
    world.moveBase();
    return true;
  },
  people(world) {
    const { timeline, random, state, history, accounts, faults } = world;
    const bot = random.pick(accounts);
    if (bot === undefined) return false;
    const isEverybodys = accounts.length === 1;
    const weights = faults.acts;
    act({ timeline, random, state, history, weights, label: virtualLabel, bot, isEverybodys });
    return true;
  },
};

function goAway(world: World, lastsMs: number, onBack: () => void = () => undefined): void {
  tell(world, 'the forge is away');
  const comeBack = world.weather.goAway();
  world.timeline.after(lastsMs, () => {
    tell(world, 'the forge is back');
    comeBack();
    onBack();
  });
}

function limit({ random, timeline, weather, accounts, history }: World, kind: Limit['kind']) {
  const account = random.pick(accounts);
  if (account === undefined) return false;
  history.record({ kind: 'world', what: `the forge limits ${account} (${kind})` });
  const untilMs = timeline.nowMs() + random.between(5_000, 300_000);
  weather.limit(account, { kind, untilMs, tells: kind === 'primary' || random.chance(0.7) });
  return true;
}

/** So long a peer must hang before others must have noticed, who ran so long before. */
const hangNoticedMs = 45_000;
const settledMs = 20_000;

/** Once it has hung for long: who could have noticed. */
function watchHang(world: World, { id, process }: VirtualPeer, upSinceMs: number): void {
  const { timeline, history } = world;
  const sinceMs = timeline.nowMs();
  // Slow peers are patient with others, in no time that could be foretold; all are where hours pass.
  const { sluggishMsMax, longOutageMs } = world.faults;
  if (process === null || sluggishMsMax > 0 || longOutageMs > 0) return;
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
