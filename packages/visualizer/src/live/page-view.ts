/** What every page shows, now or at a moment of the past, from the same fold. */
import { lifeOf, type PeerAnswer, type StoryEntry, type TaskAnswer } from '@bzzz/protocol/api';
import { hueOf, huesOf } from '../ui/hue.ts';
import { worldAt } from './history.ts';
import { componentsOf, type Link, linksOf } from './links.ts';
import { remembered } from './remembered.ts';
import type { LiveState } from './state.ts';
import type { ClaimWorld, Duty, PeerWorld, TaskWorld, World } from './world.ts';

export type Moment =
  | { readonly kind: 'live' }
  | {
      readonly kind: 'past';
      readonly atMs: number;
      readonly playing: boolean;
      readonly speed: number;
    };

export type Standing = 'idle' | 'working' | 'paused' | 'unknown' | 'suspected' | 'dead' | 'stopped';

export interface PeerView {
  readonly id: string;
  readonly name: string;
  readonly self: boolean;
  readonly standing: Standing;
  readonly duties: readonly { readonly task: string; readonly duty: Duty | 'holds' }[];
  /** When it stopped or was declared dead; null: it lives, or no journal here tells. */
  readonly endedMs: number | null;
  /** Of one that is gone: what it had in its hands, and whose that is now; null: nobody's. */
  readonly left: readonly { readonly task: string; readonly by: string | null }[];
  readonly running: number;
  /** Null: entries do not tell it, so of the past it is not known. */
  readonly load: number | null;
  /** Null: not known, or it has none any more. */
  readonly slots: number | null;
  readonly lastMs: number;
  /** As it stands now, whatever moment is looked at. */
  readonly answer: PeerAnswer | null;
}

export interface TaskRow {
  readonly task: string;
  readonly title: string;
  readonly state: string;
  readonly wanted: boolean;
  readonly holder: string | null;
  readonly epoch: number;
  readonly pullRequest: number | null;
  readonly reason: string | null;
  /** A person must clear something away before a peer takes it. */
  readonly blocked?: true | undefined;
  /** Its attempt stands still, on the word of an operator. */
  readonly resting?: true | undefined;
  /** Null: nothing but its standing is known. */
  readonly told: TaskWorld | null;
}

export interface PageView {
  readonly past: boolean;
  readonly world: World;
  readonly peers: readonly PeerView[];
  readonly tasks: readonly TaskRow[];
  readonly links: readonly Link[];
  /** Groups of living peers that reach one another; more than one: the mesh is split. */
  readonly parts: readonly (readonly string[])[];
  /** Entries until then, oldest first. */
  readonly entries: readonly StoryEntry[];
  nameOf(peer: string | null): string;
  /** Number of its colour. */
  hueOf(peer: string | null): number;
  /** What a push of the fence was to do, by the commit that was pushed. */
  claimOf(oid: string | null): ClaimWorld | undefined;
}

/** `count`: only the first so many entries have been written yet; null: all, and it is now. */
export function viewOf(
  state: Pick<LiveState, 'history' | 'peers' | 'tasks'>,
  count: number | null,
): PageView {
  const { history } = state;
  const past = count !== null;
  const world = past ? worldAt(history, count) : history.end;
  const answers = answersOf(state.peers ?? nobody);
  const tasks = past ? pastTasks(world) : liveTasks(world, state.tasks ?? []);
  const hands = handsOf(tasks);
  const peers = past ? pastPeers(world, answers, hands) : livePeers(world, answers, hands);
  const links = linksOf(past ? null : (state.peers ?? nobody), world);
  const up = peers.filter(({ standing }) => lives(standing)).map(({ id }) => id);
  return {
    past,
    world,
    peers,
    tasks,
    links,
    parts: componentsOf(up, links),
    entries: past ? history.entries.slice(0, count) : history.entries,
    nameOf: (peer) => nameOf(peer, answers, world),
    hueOf: (peer) => huesIn(answers).get(peer ?? '') ?? hueOf(peer ?? ''),
    claimOf: (oid) => (oid === null ? undefined : world.claims.get(oid)),
  };
}

const nobody: readonly PeerAnswer[] = [];
/** By name. */
const answersOf = remembered(
  (peers: readonly PeerAnswer[]): Answers =>
    new Map(peers.toSorted(byName).map((peer) => [peer.id, peer])),
);

const huesIn = remembered((answers: Answers) => huesOf([...answers.keys()]));

/** The standing in a word: of what begins nothing new, whether the rest of it is finished or stands still. */
export function standingWord(
  { id, standing }: Pick<PeerView, 'id' | 'standing'>,
  world: World,
): string {
  if (standing !== 'paused') return standing;
  return world.peers.get(id)?.attemptsPaused === true ? 'paused' : 'drained';
}

export function lives(standing: Standing): boolean {
  return standing === 'idle' || standing === 'working' || standing === 'paused';
}

/** The last eight characters tell peers apart; the first are the same for all. */
function shortId(id: string): string {
  return id.slice(-8);
}

type Answers = ReadonlyMap<string, PeerAnswer>;

function nameOf(peer: string | null, answers: Answers, world: World): string {
  if (peer === null) return 'unknown';
  return answers.get(peer)?.name ?? world.peers.get(peer)?.name ?? shortId(peer);
}

function livePeers(world: World, answers: Answers, hands: Hands): PeerView[] {
  return [...answers.values()].map((answer) => {
    const told = world.peers.get(answer.id);
    const { id, name, self } = answer;
    const standing = standingOf(answer);
    // What a dead machine said last of its load is about the past.
    const load = lives(standing) ? answer.load : null;
    const lastMs = told?.lastMs ?? 0;
    const does = doingOf({ id, told, standing, answer }, hands);
    const { running, slots } = isGone(standing) ? { running: 0, slots: null } : answer;
    return { id, name, self, standing, ...does, running, load, slots, lastMs, answer };
  });
}

function standingOf(answer: PeerAnswer): Standing {
  const life = lifeOf(answer);
  if (life !== 'alive') return life;
  if (answer.running > 0) return 'working';
  return answer.paused ? 'paused' : 'idle';
}

function pastPeers(world: World, answers: Answers, hands: Hands): PeerView[] {
  const peers = [...world.peers.values()].map((told) => {
    const answer = answers.get(told.id) ?? null;
    const standing = pastStandingOf(told);
    return {
      id: told.id,
      name: answer?.name ?? told.name ?? shortId(told.id),
      self: answer?.self ?? false,
      standing,
      ...doingOf({ id: told.id, told, standing, answer: null }, hands),
      running: isGone(standing) ? 0 : told.duties.size,
      load: null,
      slots: null,
      lastMs: told.lastMs,
      answer,
    };
  });
  return peers.sort(byName);
}

function pastStandingOf({ life, duties, paused, attemptsPaused }: PeerWorld): Standing {
  if (life !== 'up') return life;
  if (duties.size > 0) return 'working';
  return paused || attemptsPaused ? 'paused' : 'idle';
}

/** It does nothing, and will not go on where it was. */
export function isGone(standing: Standing): boolean {
  return standing === 'dead' || standing === 'stopped';
}

interface Hands {
  /** Tasks that are under way, by who holds them. */
  readonly held: ReadonlyMap<string, readonly string[]>;
  /** By task. */
  readonly holders: ReadonlyMap<string, string | null>;
}

function handsOf(tasks: readonly TaskRow[]): Hands {
  const held = new Map<string, string[]>();
  for (const { task, holder, state } of tasks) {
    if (holder !== null && underWay.has(state))
      held.set(holder, [...(held.get(holder) ?? []), task]);
  }
  return { held, holders: new Map(tasks.map(({ task, holder }) => [task, holder])) };
}

interface Known {
  readonly id: string;
  readonly told: PeerWorld | undefined;
  readonly standing: Standing;
  /** Null: of the past only journals tell. */
  readonly answer: PeerAnswer | null;
}

/** What is in its hands; of one that is gone, what was. */
function doingOf(
  { id, told, standing, answer }: Known,
  { held, holders }: Hands,
): Pick<PeerView, 'duties' | 'endedMs' | 'left'> {
  const duties = dutiesOf(told, held.get(id));
  if (!isGone(standing)) return { duties, endedMs: null, left: [] };
  // The dead write nothing: what its journal says of its work is about the moment of its death.
  const had = new Set([...(answer?.left ?? []), ...duties].map(({ task }) => task));
  const left = [...had].map((task) => {
    const holder = holders.get(task) ?? null;
    return { task, by: holder === id ? null : holder };
  });
  return { duties: [], endedMs: told?.endedMs ?? null, left };
}

/** What it works on or helps with, and then what it holds beside that: a result that is being proved, say. */
function dutiesOf(told: PeerWorld | undefined, held: readonly string[] = []): PeerView['duties'] {
  const busy = told?.duties ?? new Map<string, Duty>();
  const rest = held.filter((task) => !busy.has(task));
  return [
    ...[...busy].map(([task, duty]) => ({ task, duty })),
    ...rest.map((task) => ({ task, duty: 'holds' as const })),
  ];
}

function liveTasks(world: World, answers: readonly TaskAnswer[]): TaskRow[] {
  return answers.map((answer) => {
    const { task, title, wanted, holder, epoch, pullRequest, reason, blocked } = answer;
    const told = world.tasks.get(task) ?? null;
    const state = stateOf(answer, told);
    const resting = isResting(state, answer.resting === true || told?.resting === true);
    const row = { task, title, state, wanted, holder, epoch, pullRequest, reason, told };
    return { ...row, ...(resting && { resting }), ...(blocked && { blocked }) };
  });
}

const attempted: ReadonlySet<string> = new Set(['claimed', 'running', 'helping']);

/** Whether there is an attempt that can stand still, or go on. */
export function isAttempted({ state, holder }: Pick<TaskRow, 'state' | 'holder'>): boolean {
  return holder !== null && attempted.has(state);
}

function isResting(state: string, told: boolean): true | undefined {
  return told && attempted.has(state) ? true : undefined;
}

const underWay: ReadonlySet<string> = new Set([
  'claimed',
  'running',
  'helping',
  'publishing',
  'verifying',
]);

/** Of a task that another peer holds, that peer's journal knows best how far it is. */
function stateOf(answer: TaskAnswer, told: TaskWorld | null): string {
  const closer = told !== null && told.epoch === answer.epoch && underWay.has(answer.state);
  return closer && underWay.has(told.state) ? told.state : answer.state;
}

function pastTasks(world: World): TaskRow[] {
  return [...world.tasks.values()].map((told) => {
    const { task, title, state, holder, epoch, pullRequest, reason } = told;
    const resting = isResting(state, told.resting);
    const row = { task, title: title ?? '', state, holder, epoch, pullRequest, reason };
    return { ...row, ...(resting && { resting }), wanted: !told.withPeople, told };
  });
}

interface Named {
  readonly name: string;
  readonly id: string;
}

function byName(left: Named, right: Named): number {
  return left.name.localeCompare(right.name) || (left.id < right.id ? -1 : 1);
}
