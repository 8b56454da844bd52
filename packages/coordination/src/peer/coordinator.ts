/**
 * The whole behaviour of a peer, over its ports. Everything below is wiring: events (a hint, a
 * capability, a closed connection, a poll, a read of a fence, an ended attempt) change the book and
 * the membership; `evaluate` then decides what to do about it.
 */
import {
  type Account,
  BzzzError,
  type JournalEntry,
  type PeerId,
  type TaskHint,
  type TaskId,
  taskParts,
  topics,
} from '@bzzz/protocol';
import { createChronicle } from '../chronicle/chronicle.ts';
import { createContest } from '../contest/contest.ts';
import { createTally } from '../contest/success.ts';
import { createSpending } from '../spend/spending.ts';
import { accountsOf } from '../fence/commit.ts';
import { createContradictions } from '../fence/contradiction.ts';
import { createFence } from '../fence/fence.ts';
import { createForfeit } from '../fence/forfeit.ts';
import { createReturned } from '../fence/returned.ts';
import type { TipReading } from '../fence/tip.ts';
import { createHelping } from '../help/help.ts';
import { type LivenessWatch, watchLiveness } from '../membership/liveness.ts';
import { createMembership } from '../membership/membership.ts';
import { expelOutsiders } from '../membership/outsiders.ts';
import { type Presence, startPresence } from '../membership/presence.ts';
import { createPause } from '../pause/pause.ts';
import { incarnationAfter, readMemory } from '../recovery/fold.ts';
import { createReadAhead } from '../recovery/read-ahead.ts';
import { createRecords } from '../recovery/records.ts';
import { createHeads } from '../quarantine/heads.ts';
import { patiently } from '../support/backoff.ts';
import { createTrouble } from '../support/trouble.ts';
import { createBlockersOf } from '../task/blockers.ts';
import { createBook, isUndecided } from '../task/book.ts';
import { createConsent } from '../task/consent.ts';
import { holdOf, open } from '../task/state.ts';
import { createVisible } from '../task/visible.ts';
import { ableOptionsOf, judgeOptionsOf } from '../verdict/able.ts';
import { type Judge, startJudge } from '../verdict/judge.ts';
import { createVerdicts } from '../verdict/verdicts.ts';
import { createEpilogue } from './epilogue.ts';
import { whySourcesOf } from '../why/sources.ts';
import { startWhy, type Why } from '../why/why.ts';
import { describePeer } from './describe.ts';
import type { Coordinator } from './interface.ts';
import { recordNotes } from './note.ts';
import { type Lookout, startLookout } from './lookout.ts';
import type { CoordinatorOptions, Ports } from './options.ts';
import { learnFromTip } from './reading.ts';
import { remember } from './remember.ts';
import { createReworkHints } from './rework-hints.ts';
import { createTeller } from './teller.ts';
import { createTasksNow, viewNow } from './view.ts';
import { createWorkforce } from './workforce.ts';

const attemptsMax = 3;
const stopGraceMs = 3_000;
/** So many words in a row of a peer that others connect us to may be lost before it is asked for. */
const absences = 3;

export function createCoordinator(ports: Ports, options: CoordinatorOptions): Coordinator {
  const { clock, mesh, journal, forge } = ports;
  const { timing } = options;
  const self = mesh.peer;
  const stopping = new AbortController();
  const { signal } = stopping;

  const chronicle = createChronicle({ self, clock, journal });
  const tally = createTally();
  const membership = createMembership(self);
  const trouble = createTrouble({ clock, chronicle, onFatal: options.onFatal });
  const blockersOf = createBlockersOf({ ...ports, trouble });
  const consent = createConsent({ ...ports, trouble, meshAccounts });
  const heads = createHeads({ ...ports, chronicle, trouble, membership }, timing);
  const { quarantine } = heads;
  const spending = createSpending({ ...ports, membership, quarantine, self }, options.spend ?? {});
  const take = (entry: JournalEntry) => {
    tally.take(entry.body);
    spending.take(entry);
  };
  chronicle.onEntry(({ entry }) => take(entry));
  const executors = spending.capped(ports.executors);
  const isMember = options.isMember ?? (() => true);
  const parts = { executors, chronicle, trouble, blockersOf, consent, membership, quarantine };
  const deps = { ...ports, ...parts, isMember };
  const book = createBook(membership.onReturn);
  const fence = createFence(deps, { lagMs: timing.lagMs });
  const contradictions = createContradictions(ports, { lagMs: timing.lagMs });
  const records = createRecords(ports);
  const readAhead = createReadAhead({ clock, records, trouble }, signal);
  const visible = createVisible(deps, { peerName: options.name, backoffMs: timing.backoffMs });
  const helping = createHelping({ ...deps, fence, book }, ableOptionsOf(options));
  const { asking } = helping;
  const pause = createPause({ ...deps, book, self, onChange: onOffer });
  // What somebody said before he was taken out does not count any more either.
  const aside = { has: (peer: PeerId) => quarantine.has(peer) || !isMember(peer) };
  const verdicts = createVerdicts({ ...deps, quarantine: aside }, signal);
  const epilogue = createEpilogue({ visible, trouble });
  const ends: (() => void)[] = [];
  let account: Account | null = null;
  let presence: Presence | undefined;
  let liveness: LivenessWatch | undefined;
  let lookout: Lookout | undefined;
  let why: Why | undefined;
  let judge: Judge | undefined;

  const claims = createForfeit(
    { ...deps, fence, isConfirmedDead: async (peer) => liveness?.isConfirmedDead(peer) ?? false },
    {
      leaseMs: timing.leaseMs,
      signal,
      isOthers: isForeign,
      onReading(task, reading) {
        onReading(task, reading);
        return isForeign(task);
      },
    },
  );
  const workforce = createWorkforce(
    { ...deps, fence, book, visible, verdicts, asking, records, epilogue, rest: pause.rest },
    {
      peerName: options.name,
      backoffMs: timing.backoffMs,
      attemptsMax,
      slots: () => options.offer().slots,
      bidOptions: () => account && { account, ...timing, mayTakeOver: claims.mayTakeOver },
      onReading(task, reading) {
        onReading(task, reading);
        // Who lost tells who holds it: others need not find out the same way.
        teller.tell(task, true);
      },
      onChange,
    },
  );
  const contest = createContest(
    { clock, book, membership },
    {
      self,
      staggerMs: timing.staggerMs,
      free: workforce.free,
      forfeited: claims.forfeited,
      onTurn: workforce.bid,
      onGuard: ({ task }, place) => {
        if (!workforce.driving(task)) claims.guard(task, place);
      },
    },
  );
  const hasReturned = createReturned({ ...deps, fence, workforce }, { ...timing, signal });
  const teller = createTeller(
    { ...deps, book },
    { self, announceMs: timing.announceMs, onRepeat: contest.evaluate },
  );
  const reworks = createReworkHints({ book, chronicle, teller: () => teller }, contest.evaluate);

  function meshAccounts(): readonly Account[] {
    const others = membership.all().flatMap(({ capabilities }) => capabilities.account ?? []);
    return account === null ? others : [account, ...others];
  }

  /** Whether the last claim that we know of is ours: two who both think so would talk without end. */
  function isOurs(task: TaskId): boolean {
    const state = book.get(task)?.state;
    return state !== undefined && 'hold' in state && state.hold.peer === self;
  }

  function isForeign(task: TaskId): boolean {
    const entry = book.get(task);
    return entry !== undefined && holdOf(entry.state) !== undefined && !workforce.driving(task);
  }

  /** Worked on by us, or there for whoever can: then its fence is read by those. */
  function isPursued(task: TaskId, isMerged: boolean): boolean {
    const { wanted = false, blocked = null } = book.get(task) ?? {};
    return workforce.driving(task) || (wanted && blocked === null && !isMerged);
  }

  function onReading(task: TaskId, reading: TipReading): void {
    if (workforce.driving(task)) return;
    const { tip } = reading;
    const isHeld = tip.kind === 'record' && tip.record.state === 'held';
    if (isHeld && hasReturned(task, tip.oid)) return;
    const entry = book.get(task) ?? book.update(task, {});
    const hold = holdOf(entry.state);
    const isRefuted = hold !== undefined && contradictions.refutes(task, hold, reading);
    const believed = isRefuted ? book.update(task, { state: open }) : entry;
    book.update(task, learnFromTip(believed, reading));
    contest.evaluate();
  }

  function onOffer(): void {
    presence?.announce();
    contest.evaluate();
  }

  function onMembers(): void {
    const ours = membership.live().filter((one) => account !== null && one.account === account);
    forge.shareAccount(Math.max(1, ours.length));
    contest.evaluate();
  }

  function onChange(task: TaskId): void {
    // The claim before the taken slot, for the same reason.
    teller.tell(task);
    presence?.announce();
    contest.evaluate();
  }

  function onHint(from: PeerId, hint: TaskHint): void {
    const { task } = hint;
    if (!options.repositories.includes(taskParts(task).repo)) return;
    if ('peer' in hint) {
      if (workforce.driving(task)) return;
      // Of our own tasks we know better, except of a claim that we do not work on.
      if (hint.peer === self) {
        if (hint.kind === 'claimed') hasReturned(task, hint.lock);
        return;
      }
      // How a claim ended is its holder's to say; anybody may say that one stands.
      if (hint.kind !== 'claimed' && hint.peer !== from) return;
    }
    readAhead();
    const before = book.get(task);
    const isNew = book.hear(hint);
    // When we heard of it our look may have lagged behind it; what we read now it reads, too.
    const isRead = from === self && hint.kind === 'gone';
    if (workforce.driving(task) && (isNew || isRead)) workforce.recheck(task);
    if (!isNew) return;
    if (hint.kind === 'gone' && book.get(task)?.taken) ports.onOver?.(task);
    if (from !== self && isUndecided(before, hint)) lookout?.doubt(task);
    const isOfIssue = hint.kind === 'seen' || hint.kind === 'gone';
    if (isOfIssue && !workforce.driving(task) && isOurs(task)) epilogue.issueChanged(task);
    if (from === self) background(tellOfOwn(hint, (before?.seen ?? null) === null));
    else if (hint.entry !== undefined) {
      chronicle.hear({ thread: task, peer: from, ...hint.entry });
    }
    contest.evaluate();
  }

  /** What we saw ourselves stands in the journal first, so that others can cite it. */
  async function tellOfOwn(hint: TaskHint, fresh: boolean): Promise<void> {
    if (fresh && hint.kind === 'seen') {
      const { task, title, bodySha256 } = hint;
      await chronicle.record({ kind: 'task.seen', task, title, bodySha256 });
    }
    teller.publish({ ...hint, entry: chronicle.position() });
  }

  /** Work that nobody waits for; what goes wrong in it is told. */
  function background(job: Promise<unknown>): void {
    job.catch((error: unknown) => {
      if (!signal.aborted) trouble.tell(error);
    });
  }

  async function learnAccount(): Promise<void> {
    const onTrouble = (error: BzzzError) => trouble.tell(error);
    const patience = { firstMs: timing.backoffMs, signal };
    account = await patiently({ ...deps, onTrouble }, patience, () => forge.account({ signal }));
    presence?.announce();
    onMembers();
  }

  /** Asks the fence whose assignment is bzzz's own, and remembers what it says. */
  async function fenceAccounts(task: TaskId, until: AbortSignal) {
    const reading = await fence.look(task, until);
    onReading(task, reading);
    // Before anybody hears of the issue from us, and whoever watches it.
    teller.tell(task, true);
    if (reading.tip.kind === 'record') return accountsOf(reading.tip.record);
    return reading.tip.kind === 'absent'
      ? ((await records.recall(task, until)).tidied?.accounts ?? [])
      : [];
  }

  function describe() {
    const running = workforce.running();
    const spent = spending.day();
    return describePeer(options, { ...deps, account, running, tally, pause, spent });
  }

  function runningWhy(): Why {
    if (why === undefined) throw new BzzzError('stopped', 'the peer has not started yet');
    return why;
  }

  const watches = () => lookout?.views() ?? [];

  async function start(): Promise<void> {
    const memory = await readMemory(journal, signal, take);
    remember({ ...deps, fence, book, epilogue, pause }, memory);
    const { name, version } = options;
    await chronicle.record({ kind: 'peer.started', version, name });
    await expelOutsiders(deps, isMember);
    heads.start();
    await ports.workspaces.sweep();
    const incarnation = incarnationAfter(memory, clock.wallMs());
    const started = startPresence(deps, {
      announceMs: timing.announceMs,
      incarnation,
      describe,
      onJoin: teller.tellAll,
      onMeshPause: pause.hear,
      onChange: onMembers,
    });
    presence = started;
    const knowing = {
      ...deps,
      ...options,
      book,
      workforce,
      contest,
      claims,
      pause,
      spending,
      watches,
    };
    const sources = () => whySourcesOf(knowing, started.self(), ending !== undefined);
    why = startWhy({ mesh, membership, sources });
    judge = startJudge({ ...deps, fence }, judgeOptionsOf(options, helping.hasHelped));
    helping.start(memory.help);
    liveness = watchLiveness(deps, {
      ...options.liveness,
      absentMs: absences * timing.announceMs,
      incarnation: () => started.self().incarnation,
      onChange: onMembers,
      onSuspected: started.refute,
    });
    const offHints = mesh.subscribe(topics.tasks, onHint);
    ends.push(heads.stop, why.stop, started.stop, liveness.stop, offHints);
    for (const task of memory.unfinished) workforce.resume(task);
    lookout = startLookout({ ...deps, fence }, lookoutOptions());
    teller.start();
    // Not awaited: a peer takes part in its mesh while the forge is away.
    background(learnAccount());
  }

  function lookoutOptions() {
    return {
      self,
      repositories: options.repositories,
      timing,
      serving: membership.serving,
      fenceAccounts,
      meshAccounts,
      tasks: book.all,
      known: (task: TaskId) => book.get(task) !== undefined,
      isTold: book.isTold,
      isPursued,
      mayTakeOver: claims.mayTakeOver,
      isDead: membership.isDead,
      guard: (task: TaskId) => claims.guard(task, 0),
      onHint: (hint: TaskHint) => onHint(self, hint),
      reworks,
      onReading(task: TaskId, reading: TipReading) {
        onReading(task, reading);
        // Its holder may not know that it holds it.
        teller.tell(task, true);
      },
    };
  }

  let ending: Promise<void> | undefined;
  async function endAll(): Promise<void> {
    lookout?.stop();
    contest.stop();
    await Promise.all([judge?.stop(), helping.stop(), workforce.stop(stopGraceMs)]);
    stopping.abort(new BzzzError('stopped', 'the peer is stopping'));
    epilogue.stop();
    teller.stop();
    await presence?.leave();
    for (const end of ends) end();
    contest.stop();
    await chronicle.record({ kind: 'peer.stopped' });
  }

  return {
    start,
    stop: () => (ending ??= endAll()),
    lookNow: (repo) => lookout?.lookNow(repo),
    view: () =>
      viewNow({ ...deps, book, spending, pause }, { self: presence?.self(), watches: watches() }),
    tasks: createTasksNow({ ...deps, book }),
    whyTask: async (task, { signal: until }) => runningWhy().task(task, until),
    whyPeer: async (peer, { signal: until }) => runningWhy().peer(peer, until),
    onEntry: chronicle.onEntry,
    offerChanged: onOffer,
    membersChanged() {
      background(expelOutsiders(deps, isMember).then(onMembers));
      onOffer();
    },
    pause: pause.set,
    liftQuarantine: heads.lift,
    note: recordNotes(deps),
  };
}
