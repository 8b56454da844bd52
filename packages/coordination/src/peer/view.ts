/** What a peer shows of itself: plain data, for `bzzz status` and whatever else looks. */
import {
  BzzzError,
  type Capabilities,
  type ForkEvidence,
  type JournalKey,
  type PeerId,
  type TaskId,
} from '@bzzz/protocol';
import type { Liveness, Member, Membership } from '../membership/membership.ts';
import type { Pause } from '../pause/pause.ts';
import type { Clock } from '../ports/index.ts';
import { logsSetAside, type Quarantine, type Quarantined } from '../quarantine/quarantine.ts';
import type { Spending } from '../spend/spending.ts';
import type { Trouble, TroubleNote } from '../support/trouble.ts';
import type { Book, TaskEntry } from '../task/book.ts';
import { holdOf } from '../task/state.ts';
import type { WatchRole } from '../watching/roles.ts';
import type { WatchView } from '../watching/watch.ts';

export interface MemberView {
  readonly peer: PeerId;
  readonly name: string;
  readonly self: boolean;
  readonly connected: boolean;
  readonly liveness: Liveness;
  readonly capabilities: Capabilities;
  readonly heardAgoMs: number;
  /** The operator of the mesh took it out. */
  readonly removed: boolean;
  /** Tasks that it had in its hands when it died; of one that is not dead: none. */
  readonly left: readonly LeftTask[];
  /** It tells two stories, and is set aside until a person decides. */
  readonly quarantined: boolean;
}

export interface LeftTask {
  readonly task: TaskId;
  /** Whose it is now; null: it still waits for somebody. */
  readonly by: PeerId | null;
  readonly byName: string | null;
}

export interface QuarantineView {
  readonly peer: PeerId;
  /** Null: it is not among the members now. */
  readonly name: string | null;
  readonly self: boolean;
  /** It was met as a member, now or ever. */
  readonly isMember: boolean;
  readonly journal: JournalKey;
  readonly reason: string;
  readonly sinceWallMs: number;
  readonly evidence: ForkEvidence;
}

export interface TaskView {
  readonly task: TaskId;
  readonly title: string;
  readonly recipe: string | null;
  readonly state: string;
  readonly wanted: boolean;
  readonly holder: PeerId | null;
  readonly holderName: string | null;
  readonly epoch: number;
  readonly pullRequest: number | null;
  /** Why it stands as it does, when there is something to say. */
  readonly reason: string | null;
  /** Its attempt on this peer stands still, on the word of the operator. */
  readonly resting?: true | undefined;
  /** It is wanted, and a person must clear something away first; `reason` says what. */
  readonly blocked?: true | undefined;
}

export interface WatchingView {
  readonly repo: string;
  readonly role: WatchRole;
  readonly polls: number;
  readonly answeredAgoMs: number | null;
  readonly trouble: {
    readonly code: string;
    readonly reason: string;
    /** How long it has lasted. */
    readonly forMs: number;
    /** Until it is read again. */
    readonly retryInMs: number;
  } | null;
}

interface TroubleView {
  readonly code: string;
  readonly reason: string;
  readonly task: TaskId | undefined;
  /** How long it has been told, and how long ago last. */
  readonly forMs: number;
  readonly toldAgoMs: number;
  /** Until it is tried again, where somebody asked to wait. */
  readonly retryInMs: number | null;
}

export interface PeerView {
  readonly self: Capabilities;
  readonly members: readonly MemberView[];
  readonly tasks: readonly TaskView[];
  readonly watching: readonly WatchingView[];
  readonly troubles: readonly TroubleView[];
  /** Which cap on spending is reached, so that no model is asked; null: none. */
  readonly spendCap: string | null;
  /** Its attempts under way stand still, on the word of its operator. */
  readonly attemptsRest: boolean;
  readonly quarantine: readonly QuarantineView[];
  /** Journals that are not read any further because of that. */
  readonly logsSetAside: ReadonlySet<JournalKey>;
}

export interface ViewSources {
  readonly self: Capabilities | undefined;
  readonly members: readonly Member[];
  readonly tasks: readonly TaskEntry[];
  readonly watches: readonly WatchView[];
  readonly troubles: readonly TroubleNote[];
  readonly spendCap: string | null;
  readonly attemptsRest: boolean;
  readonly quarantined: readonly Quarantined[];
  /** Those of them that were ever met as members. */
  readonly quarantinedMembers: readonly Quarantined[];
  readonly isMember: (peer: PeerId) => boolean;
  /** Monotonic. */
  readonly nowMs: number;
}

interface ViewParts {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly membership: Pick<Membership, 'all'>;
  readonly book: Pick<Book, 'all'>;
  readonly trouble: Pick<Trouble, 'recent'>;
  readonly spending: Pick<Spending, 'capReached'>;
  readonly pause: Pick<Pause, 'rest'>;
  readonly quarantine: Pick<Quarantine, 'all' | 'told'>;
  readonly isMember: (peer: PeerId) => boolean;
}

/** Everything that is shown, as it stands now. */
export function viewNow(
  { clock, membership, book, trouble, spending, pause, quarantine, isMember }: ViewParts,
  { self, watches }: Pick<ViewSources, 'self' | 'watches'>,
): PeerView {
  return viewOf({
    self,
    watches,
    members: membership.all(),
    tasks: book.all(),
    troubles: trouble.recent(),
    spendCap: spending.capReached(),
    attemptsRest: pause.rest.all.wanted(),
    quarantined: quarantine.all(),
    quarantinedMembers: quarantine.told(),
    isMember,
    nowMs: clock.monotonicMs(),
  });
}

/**
 * The tasks alone, as they stand now: the same list as long as no task and no member's name is another, so that
 * to ask again costs next to nothing.
 */
export function createTasksNow({
  membership,
  book,
}: Pick<ViewParts, 'membership' | 'book'>): () => PeerView['tasks'] {
  let entries: readonly TaskEntry[] = [];
  let names: ReadonlyMap<PeerId, string> = new Map();
  let views: readonly TaskView[] = [];
  return () => {
    const members = membership.all();
    const isSame =
      book.all() === entries &&
      members.length === names.size &&
      members.every(({ capabilities: { peer, name } }) => names.get(peer) === name);
    if (isSame) return views;
    entries = book.all();
    names = namesOf(members);
    views = taskViews(entries, names);
    return views;
  };
}

function namesOf(members: readonly Member[]): ReadonlyMap<PeerId, string> {
  return new Map(members.map(({ capabilities: { peer, name } }) => [peer, name]));
}

function viewOf(sources: ViewSources): PeerView {
  const { self, members, quarantined, nowMs } = sources;
  if (self === undefined) throw new BzzzError('stopped', 'the peer has not started yet');
  const names = namesOf(members);
  return {
    self,
    members: members.map(({ capabilities, connected, liveness, heardAtMs }) => ({
      peer: capabilities.peer,
      name: capabilities.name,
      self: capabilities.peer === self.peer,
      connected,
      liveness,
      capabilities,
      heardAgoMs: nowMs - heardAtMs,
      removed: !sources.isMember(capabilities.peer),
      left: liveness === 'dead' ? leftBy(capabilities.peer, sources.tasks, names) : [],
      quarantined: quarantined.some(({ peer }) => peer === capabilities.peer),
    })),
    tasks: taskViews(sources.tasks, names),
    watching: sources.watches.map(({ repo, role, polls, answeredAtMs, trouble }) => ({
      repo,
      role,
      polls,
      answeredAgoMs: answeredAtMs === null ? null : nowMs - answeredAtMs,
      trouble: trouble && {
        code: trouble.code,
        reason: trouble.reason,
        forMs: nowMs - trouble.sinceMs,
        retryInMs: Math.max(0, trouble.retryAtMs - nowMs),
      },
    })),
    troubles: sources.troubles.map((note) => troubleView(note, nowMs)),
    spendCap: sources.spendCap,
    attemptsRest: sources.attemptsRest,
    quarantine: quarantined.map(({ peer, key, reason, sinceWallMs, evidence }) => ({
      peer,
      name: names.get(peer) ?? null,
      self: peer === self.peer,
      isMember: sources.quarantinedMembers.some((one) => one.peer === peer),
      journal: key,
      reason,
      sinceWallMs,
      evidence,
    })),
    logsSetAside: logsSetAside(
      quarantined,
      members.map(({ capabilities }) => capabilities),
    ),
  };
}

type Names = ReadonlyMap<PeerId, string>;

function leftBy(peer: PeerId, tasks: readonly TaskEntry[], names: Names): LeftTask[] {
  return tasks.flatMap(({ task, state, leftBy }): LeftTask[] => {
    const isItsOwn = holdOf(state)?.peer === peer;
    if (isItsOwn) return [{ task, by: null, byName: null }];
    if (!leftBy.includes(peer)) return [];
    const by = 'hold' in state && state.hold.peer !== peer ? state.hold.peer : null;
    return [{ task, by, byName: by === null ? null : (names.get(by) ?? null) }];
  });
}

function troubleView(note: TroubleNote, nowMs: number): TroubleView {
  const { code, reason, task, sinceMs, atMs, retryAtMs } = note;
  const retryInMs = retryAtMs === null ? null : Math.max(0, retryAtMs - nowMs);
  return { code, reason, task, forMs: nowMs - sinceMs, toldAgoMs: nowMs - atMs, retryInMs };
}

function taskViews(entries: readonly TaskEntry[], names: Names): TaskView[] {
  return entries.map((entry) => taskView(entry, names));
}

function taskView(entry: TaskEntry, names: Names): TaskView {
  const { task, title, seen, state, wanted, epochKnown, blocked, resting } = entry;
  const hold = 'hold' in state ? state.hold : undefined;
  const reason = 'reason' in state ? state.reason : null;
  return {
    task,
    title,
    recipe: seen?.recipe ?? null,
    state: state.state,
    wanted,
    holder: hold?.peer ?? null,
    holderName: hold === undefined ? null : (names.get(hold.peer) ?? null),
    epoch: hold?.epoch ?? epochKnown,
    pullRequest: 'pullRequest' in state ? state.pullRequest : null,
    reason: blocked ?? reason,
    ...(resting && { resting }),
    ...(wanted && blocked !== null && { blocked: true as const }),
  };
}
