/** How hostile a run is. Each feature has a weight of its own a run (swarm testing). */
import { type Flaw, flaws } from './flaws.ts';
import { type PeopleAct, peopleActs } from './people-acts.ts';
import type { SeededRandom } from './random.ts';

/** What happens now and then to somebody; see happenings.ts. */
export const happenings = [
  'crash',
  'wipe',
  'pause',
  'partition',
  'cut',
  'hang',
  'flap',
  'slowLink',
  'outage',
  'forgeCut',
  'limit',
  'limitWrites',
  'refuse',
  'base',
  'people',
] as const;
export type Happening = (typeof happenings)[number];

export interface Faults {
  /** Mesh messages. */
  readonly drop: number;
  readonly duplicate: number;
  readonly delayMsMax: number;
  /** Requests to the forge that never arrive. */
  readonly requestLost: number;
  /** Replies lost after the request took effect. */
  readonly replyLost: number;
  /** Requests that take effect long after the caller gave up. */
  readonly lateEffect: number;
  /** Requests answered by an error of the server, without effect. */
  readonly serverError: number;
  /** The same of requests that took effect: what a proxy before the forge says when it waited for long enough. */
  readonly errorAfterEffect: number;
  /** Reads served from the past, per read. */
  readonly staleRead: number;
  /** Share of the peers to which every read shows the past. */
  readonly staleReaders: number;
  /** Streams of journals that stand still for a while. */
  readonly stalledReplica: number;
  /** Entries of a journal that a third peer hands on and has made up; nobody is to take them. */
  readonly forgedCopy: number;
  /** Work that fails, hangs, floods, or whose acceptance fails on one machine only. */
  readonly flawedWork: number;
  /** How far clocks are off, and how much faster or slower they run. */
  readonly skewMsMax: number;
  readonly driftMax: number;
  /** How far off a clock may stand after a restart, where it was right enough before. */
  readonly clockSetMsMax: number;
  /** Longest time that a slow peer takes to come to an event. */
  readonly sluggishMsMax: number;
  /** Share of the peers of the release before, or of one that knows no channels; see releases.ts. */
  readonly olderPeers: number;
  /** Share of the others that are of a later release. */
  readonly newerPeers: number;
  /** One outage that lasts for hours, and so outlives every lease; 0: none. */
  readonly longOutageMs: number;
  /** One death of who works on a task, that lasts so long, as the network and the forge go on; 0: none. */
  readonly longDeathMs: number;
  /** Share of the peers that are lost for good in the midst of the work; 0: none. */
  readonly lostForGood: number;
  /** Mean virtual time between two of these, over all peers; Infinity: never. */
  readonly everyMs: Readonly<Record<Happening, number>>;
  /** Of each flaw of work, from 0 to 1: how likely it is among others. */
  readonly flaws: Readonly<Record<Flaw, number>>;
  /** Of each thing that people do, from 0 to 1: how often they do that and no other, and whether it follows another. */
  readonly acts: Readonly<Record<PeopleAct, number>>;
}

const never = Number.POSITIVE_INFINITY;

export const noFaults: Faults = {
  drop: 0,
  duplicate: 0,
  delayMsMax: 5,
  requestLost: 0,
  replyLost: 0,
  lateEffect: 0,
  serverError: 0,
  errorAfterEffect: 0,
  staleRead: 0,
  staleReaders: 0,
  stalledReplica: 0,
  forgedCopy: 0,
  flawedWork: 0,
  skewMsMax: 0,
  driftMax: 0,
  clockSetMsMax: 0,
  sluggishMsMax: 0,
  olderPeers: 0,
  newerPeers: 0,
  longOutageMs: 0,
  longDeathMs: 0,
  lostForGood: 0,
  everyMs: {
    crash: never,
    wipe: never,
    pause: never,
    partition: never,
    cut: never,
    hang: never,
    flap: never,
    slowLink: never,
    outage: never,
    forgeCut: never,
    limit: never,
    limitWrites: never,
    refuse: never,
    base: never,
    people: never,
  },
  flaws: weightsOf(flaws, () => 1),
  acts: weightsOf(peopleActs, () => 1),
};

function weightsOf<N extends string>(
  names: readonly N[],
  weightOf: (name: N) => number,
): Readonly<Record<N, number>> {
  // Sound: an entry for each name.
  return Object.fromEntries(names.map((name) => [name, weightOf(name)])) as Record<N, number>;
}

/** One in six is left out of a run; else any may be the one that is met most. */
function drawWeights<N extends string>(random: SeededRandom, names: readonly N[]) {
  return weightsOf(names, () => (random.chance(1 / 6) ? 0 : 0.2 + 0.8 * random.unit()));
}

/** One run in so many has no faults but people, crashes and whatever `everyMs` says. */
const quietShare = 0.08;
const hourMs = 3_600_000;

/** Draws which faults a run has, and how much of each. */
export function drawFaults(random: SeededRandom): Faults {
  const some = (max: number) => (random.chance(0.5) ? random.unit() * max : 0);
  const every = (minMs: number, maxMs: number, chance = 0.5) =>
    random.chance(chance) ? random.between(minMs, maxMs) : never;
  // Draws of their own, so that a fault that is added later leaves the others of a seed as they were.
  const more = random.fork('more');
  const extra = (minMs: number, maxMs: number, chance: number) =>
    more.chance(chance) ? more.between(minMs, maxMs) : never;
  const everyMs: Record<Happening, number> = {
    crash: every(20_000, 120_000, 0.6),
    wipe: every(60_000, 300_000, 0.2),
    pause: every(20_000, 200_000, 0.6),
    partition: every(60_000, 300_000),
    cut: every(30_000, 200_000, 0.3),
    hang: every(30_000, 200_000, 0.3),
    flap: every(20_000, 120_000, 0.3),
    slowLink: every(30_000, 200_000, 0.3),
    outage: every(60_000, 300_000),
    forgeCut: extra(60_000, 300_000, 0.3),
    limit: every(60_000, 300_000, 0.3),
    limitWrites: extra(60_000, 300_000, 0.3),
    refuse: every(60_000, 300_000, 0.2),
    base: every(60_000, 300_000, 0.3),
    people: every(20_000, 120_000, 0.6),
  };
  // Idle time is cheap, but not for nothing: three hours cost as much as twenty runs without them.
  const longOutageMs = more.chance(0.05) ? hourMs * (0.5 + 2.5 * more.unit() ** 2) : 0;
  const clockSetMsMax = more.chance(0.3) ? (more.pick([60_000, hourMs / 6, hourMs]) ?? 0) : 0;
  const staleReaders = more.chance(0.3) ? more.unit() : 0;
  const stalledReplica = more.chance(0.5) ? more.unit() ** 2 : 0;
  const errorAfterEffect = more.chance(0.4) ? 0.2 * more.unit() : 0;
  const forgedCopy = more.chance(0.3) ? 0.5 * more.unit() : 0;
  const newerPeers = more.chance(0.4) ? more.unit() : 0;
  const acts = drawWeights(random.fork('acts'), peopleActs);
  if (random.chance(quietShare)) return { ...noFaults, longOutageMs, everyMs, acts };
  return {
    drop: some(0.3),
    duplicate: some(0.2),
    delayMsMax: random.pick([5, 50, 500, 5_000]) ?? 5,
    requestLost: some(0.2),
    replyLost: some(0.3),
    lateEffect: some(0.05),
    serverError: some(0.1),
    errorAfterEffect,
    staleRead: some(0.5),
    staleReaders,
    stalledReplica,
    forgedCopy,
    flawedWork: some(0.5),
    skewMsMax: random.pick([0, 2_000, 60_000, 600_000]) ?? 0,
    driftMax: some(0.02),
    clockSetMsMax,
    sluggishMsMax: random.chance(0.3) ? random.between(50, 2_000) : 0,
    olderPeers: some(0.5),
    newerPeers,
    longOutageMs,
    longDeathMs: 0,
    lostForGood: 0,
    everyMs,
    flaws: drawWeights(random.fork('flaws'), flaws),
    acts,
  };
}

/** Nothing goes wrong but that one who works on a task is gone: then nothing else explains what others do. */
export function drawBereavement(random: SeededRandom): Faults {
  return { ...noFaults, longDeathMs: random.between(45_000, 400_000) };
}

/** Nothing goes wrong but that those who are left are few, for ever. */
export function drawForsaking(random: SeededRandom): Faults {
  return { ...noFaults, lostForGood: 0.55 + 0.45 * random.unit() };
}

/** Nothing goes wrong but that a rule of the forge refuses pushes, more often than not: then all are refused in turn. */
export function drawRefusals(random: SeededRandom): Faults {
  const refuse = random.between(15_000, 60_000);
  return { ...noFaults, everyMs: { ...noFaults.everyMs, refuse } };
}

/** Nothing goes wrong but that work is stuck here or there, or not accepted: then peers need each other. */
export function drawNeed(random: SeededRandom): Faults {
  const some: readonly Flaw[] = ['stuck', 'unaccepted'];
  const weights = weightsOf(flaws, (flaw) => (some.includes(flaw) ? 1 : 0));
  return { ...noFaults, flawedWork: 0.3 + 0.5 * random.unit(), flaws: weights };
}

/** Peers come and go, and people have second thoughts about what is worked on, again and again. */
export function drawMeddling(random: SeededRandom): Faults {
  const some: readonly PeopleAct[] = [
    'edit',
    'review',
    'conflict',
    'close-pull-request',
    'delete-lock',
    'close',
    'reopen',
  ];
  const acts = weightsOf(peopleActs, (act) => (some.includes(act) ? 0.2 + 0.8 * random.unit() : 0));
  const everyMs = {
    ...noFaults.everyMs,
    people: random.between(5_000, 30_000),
    crash: random.between(20_000, 120_000),
    wipe: random.between(60_000, 300_000),
  };
  return { ...noFaults, everyMs, acts };
}
