/** Watches the peers of a mesh from outside while something is done to them, and gathers what was seen. */
import { isBzzzError, reasonOf } from '@bzzz/protocol';
import type { PeerAnswer, QuarantineAnswer, TaskAnswer } from '@bzzz/protocol/api';
import type { Evidence, PeerEvidence, TaskEvidence } from '../judge/evidence.ts';
import { answerMsMax, answerOf, type Target, within } from '../targets.ts';
import { type Fences, type FencesSeen, openForge } from './forge.ts';
import { type JournalWatch, readJournal, watchJournal } from './journals.ts';

export interface Observer {
  /** Tasks that somebody is at now, or was when the watching began. */
  noteTasks(signal: AbortSignal): Promise<readonly string[]>;
  /** What each peer says now. */
  look(signal: AbortSignal): Promise<PeerEvidence[]>;
  gather(effect: string | null, signal: AbortSignal): Promise<Evidence>;
  close(): Promise<void>;
}

interface Before {
  readonly target: Target;
  readonly watch: JournalWatch;
  readonly now: Now;
  /** So long it was once the fence had been read: what stands below may be below what was read there, too. */
  length: number;
}

interface Now {
  readonly members: readonly PeerAnswer[];
  readonly tasks: readonly TaskAnswer[];
  readonly aside: QuarantineAnswer['quarantined'];
}

/** States in which somebody is at it (DESIGN.md 4). */
const underWay: ReadonlySet<string> = new Set([
  'claimed',
  'running',
  'helping',
  'publishing',
  'verifying',
]);
const journalMsMax = 120_000;

/** Throws `peer_not_running` and what is wrong with a peer that is to be harmed only later. */
export async function observe(targets: readonly Target[], signal: AbortSignal): Promise<Observer> {
  const over = new AbortController();
  try {
    const before = await listen(targets, signal, AbortSignal.any([signal, over.signal]));
    const forge = await openForge(targets, signal).catch((error: unknown) => {
      if (isBzzzError(error, 'aborted') && signal.aborted) throw error;
      return reasonOf(error);
    });
    for (const one of before) one.length = await lengthOf(one.target, signal);
    return observerOf({ targets, before, forge, over });
  } catch (error) {
    // Nobody closes what was never handed out.
    over.abort();
    throw error;
  }
}

/** Resolves when everything was heard that the journals hold so far. */
async function listen(
  targets: readonly Target[],
  signal: AbortSignal,
  until: AbortSignal,
): Promise<Before[]> {
  const before: Before[] = [];
  for (const target of targets) {
    const { length } = target.status.journal;
    const now = await askAll(target, signal);
    before.push({ target, watch: watchJournal(target.client, length, until), now, length });
  }
  await Promise.all(before.map(({ watch }) => watch.caughtUp));
  return before;
}

async function lengthOf({ client, name }: Target, signal: AbortSignal): Promise<number> {
  const { journal } = await answerOf(name, (options) => client.status(options), signal);
  return journal.length;
}

interface Watched {
  readonly targets: readonly Target[];
  readonly before: readonly Before[];
  /** A text: why it cannot be looked at. */
  readonly forge: Fences | string;
  readonly over: AbortController;
}

function observerOf({ targets, before, forge, over }: Watched): Observer {
  const noted = new Set<string>();

  /** With what of the journals is given. */
  async function peersWith(until: AbortSignal, whole: boolean): Promise<PeerEvidence[]> {
    const nows = await views(targets, until);
    return Promise.all(
      before.map(async (one, at) => {
        const now = nows[at] ?? null;
        const journal = now !== null && whole ? await journalOf(one.target, until) : null;
        return evidenceOf(one, now, journal);
      }),
    );
  }

  return {
    async noteTasks(until) {
      const found = (await views(targets, until)).flatMap((now) => now?.tasks ?? []);
      for (const { task, state } of found) if (underWay.has(state)) noted.add(task);
      return [...noted];
    },
    look: (until) => peersWith(until, false),
    async gather(effect, until) {
      const peers = await peersWith(until, true);
      const told = peers.flatMap(({ journal }) =>
        journal.moves.flatMap(({ seq, task }) => (seq >= journal.heardBefore ? [task] : [])),
      );
      // The fence after the journals: what these tell of must stand there by then.
      return { peers, effect, ...(await fencesOf(forge, [...noted, ...told], until)) };
    },
    async close() {
      over.abort();
      if (typeof forge !== 'string') await forge.close();
    },
  };
}

/** Of these tasks and of those that have moved. */
async function fencesOf(
  forge: Fences | string,
  known: readonly string[],
  until: AbortSignal,
): Promise<Pick<Evidence, 'tasks' | 'fenceUnseen'>> {
  const all = (more: readonly string[]) => [...new Set([...known, ...more])].toSorted();
  const unseen = (why: string) => ({
    tasks: all([]).map((task) => ({ task, fence: null })),
    fenceUnseen: why,
  });
  if (typeof forge === 'string') return unseen(forge);
  try {
    const seen = await forge.look(until);
    return { tasks: await tasksOf(seen, all(seen.moved)), fenceUnseen: null };
  } catch (error) {
    if (until.aborted) throw error;
    return unseen(reasonOf(error));
  }
}

async function tasksOf(seen: FencesSeen, tasks: readonly string[]): Promise<TaskEvidence[]> {
  const found: TaskEvidence[] = [];
  for (const task of tasks) found.push({ task, fence: await seen.evidenceOf(task) });
  return found;
}

type Journal = PeerEvidence['journal'];
type Read = Pick<Journal, 'key' | 'kept' | 'length' | 'moves'>;

async function journalOf({ client }: Target, signal: AbortSignal): Promise<Read | null> {
  try {
    const { journal } = await client.status({ signal: within(signal, answerMsMax) });
    return { key: journal.key, ...(await readJournal(client, within(signal, journalMsMax))) };
  } catch (error) {
    return unlessAway(error, signal);
  }
}

function evidenceOf(
  { target, watch, now: then, length }: Before,
  now: Now | null,
  read: Read | null,
): PeerEvidence {
  const { id, name, status } = target;
  const nothing = { key: null, kept: new Map(), length: 0, moves: [] };
  const alive = then.members.filter(({ liveness }) => liveness === 'alive');
  return {
    id,
    name,
    journal: {
      keyBefore: status.journal.key,
      heard: new Map(watch.heard),
      heardBefore: length,
      ...(read ?? nothing),
    },
    aliveBefore: new Map(alive.map((one) => [one.id, one.name])),
    asideBefore: new Set(then.aside.map(({ peer }) => peer)),
    now,
  };
}

function views(targets: readonly Target[], signal: AbortSignal): Promise<(Now | null)[]> {
  return Promise.all(
    targets.map((target) =>
      askAll(target, signal).catch((error: unknown) => unlessAway(error, signal)),
    ),
  );
}

async function askAll({ client, name }: Target, signal: AbortSignal): Promise<Now> {
  const [{ peers }, { tasks }, { quarantined }] = await answerOf(
    name,
    (until) => Promise.all([client.peers(until), client.tasks(until), client.quarantine(until)]),
    signal,
  );
  return { members: peers, tasks, aside: quarantined };
}

/** It is gone, or does not answer in time. */
function unlessAway(error: unknown, signal: AbortSignal): null {
  const away = isBzzzError(error, 'peer_not_running') || isBzzzError(error, 'aborted');
  if (away && !signal.aborted) return null;
  throw error;
}
