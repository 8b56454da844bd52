/**
 * Who is let into a mesh that has an operator. Each peer goes by the latest list that the operator signed,
 * and asks whoever connects, and whoever says that it has a later one, for theirs: so one change reaches
 * everybody, also those who were away, and no one needs to be asked for it but neighbours.
 *
 * A stranger is heard in nothing else, and its connection is closed after a while: it may bring the very
 * list that admits it.
 */
import {
  type BzzzError,
  isBzzzError,
  type MemberList,
  membersProtocol,
  type PeerId,
  type SignedMemberList,
  topics,
} from '@bzzz/protocol';
import type { Clock, Mesh, Signer } from '../ports/index.ts';
import { createSerial } from '../support/serial.ts';
import { createGate } from './gate.ts';
import { type Authority, readList } from './member-list.ts';

export interface AdmissionDeps {
  readonly clock: Clock;
  readonly mesh: Mesh;
  readonly signer: Pick<Signer, 'verify'>;
  /** Resolves when it is on disk. */
  readonly save: (list: SignedMemberList) => Promise<void>;
  readonly onTrouble: (error: BzzzError, peer: PeerId) => void;
  /** A listener of ours threw. */
  readonly onDefect: (error: unknown) => void;
}

export interface Stranger {
  readonly peer: PeerId;
  /** Monotonic. */
  readonly lastSeenMs: number;
}

export interface Admission {
  /** Only members. */
  readonly mesh: Mesh;
  /** Of serial 0: none has come yet, and nobody is a member. */
  list(): MemberList;
  /** Null: none has come yet. */
  signed(): SignedMemberList | null;
  isMember(peer: string): boolean;
  /** Was a member once, by the operator's own word, and is none now. */
  isRemoved(peer: string): boolean;
  /** Who tried to take part lately and is no member; the latest first. */
  strangers(): readonly Stranger[];
  /** Goes by this list from now on, and says so. Throws `members_invalid`; false: it is not later. */
  take(signed: SignedMemberList): Promise<boolean>;
  onChange(listener: (list: MemberList) => void): () => void;
  stop(): void;
}

/** So long a stranger may be connected. */
const strangerMs = 10_000;
/** Strangers that are connected at once; of more the first is sent away. */
const strangersAtOnceMax = 16;
/** Strangers that are remembered for people, and how long. */
const strangersMax = 32;
const rememberedMs = 600_000;
/** Between two questions to a peer whose first answer did not come. */
const askAgainMs = 2_000;

/** `stored`: the list of the last run, if there was one. Throws `members_invalid` where that is not of this authority. */
export async function startAdmission(
  deps: AdmissionDeps,
  authority: Authority,
  stored: SignedMemberList | null,
): Promise<Admission> {
  const { clock, mesh: inner, signer } = deps;
  const serial = createSerial();
  const listeners = new Set<(list: MemberList) => void>();
  const seen = new Map<PeerId, number>();
  const timers = new Map<PeerId, () => void>();
  const asking = new Set<PeerId>();
  let signed = stored;
  let list: MemberList =
    stored === null
      ? { ...authority, serial: 0, atMs: 0, members: [] }
      : await readList(signer, authority, stored);
  let members: ReadonlySet<string> = new Set(list.members.map(({ peer }) => peer));
  let isStopped = false;

  const isMember = (peer: string) => members.has(peer);
  const gate = createGate(inner, isMember);

  function take(next: SignedMemberList): Promise<boolean> {
    return serial(async () => {
      const read = await readList(signer, authority, next);
      if (read.serial <= list.serial) return false;
      // On disk first: a list that was gone by once is never forgotten.
      await deps.save(next);
      signed = next;
      list = read;
      members = new Set(list.members.map(({ peer }) => peer));
      isolated(gate.reconsider);
      for (const peer of inner.connected()) watch(peer);
      // It is the list by now, whatever somebody makes of it.
      for (const listener of listeners) isolated(() => listener(list));
      return true;
    });
  }

  /** Never rejects. */
  async function ask(peer: PeerId): Promise<void> {
    if (asking.has(peer)) return;
    asking.add(peer);
    try {
      const { later } = await inner.request(membersProtocol, peer, { serial: list.serial });
      if (later !== null) await take(later);
    } catch (error) {
      if (!isBzzzError(error)) throw error;
      if (isOfTheWay(error)) clock.after(askAgainMs, () => askIfStranger(peer));
      else deps.onTrouble(error, peer);
    } finally {
      asking.delete(peer);
    }
  }

  /** A member that did not answer tells its serial again with its capabilities. */
  function askIfStranger(peer: PeerId): void {
    if (!isStopped && !isMember(peer) && inner.connected().includes(peer)) void ask(peer);
  }

  function isolated(work: () => void): void {
    try {
      work();
    } catch (error) {
      deps.onDefect(error);
    }
  }

  /** A stranger's time runs; a member's does not. */
  function watch(peer: PeerId): void {
    timers.get(peer)?.();
    timers.delete(peer);
    if (isMember(peer)) return void seen.delete(peer);
    makeRoom();
    timers.set(
      peer,
      clock.after(strangerMs, () => {
        timers.delete(peer);
        // Only who stayed: somebody who looks at an address goes at once.
        remember(peer);
        inner.disconnect(peer);
      }),
    );
  }

  /** Keys cost nothing: strangers do not keep members out. */
  function makeRoom(): void {
    const [first] = timers.keys();
    if (timers.size >= strangersAtOnceMax && first !== undefined) inner.disconnect(first);
  }

  function remember(peer: PeerId): void {
    seen.delete(peer);
    seen.set(peer, clock.monotonicMs());
    const [oldest] = seen.keys();
    if (seen.size > strangersMax && oldest !== undefined) seen.delete(oldest);
  }

  function onConnection({ peer, open }: { readonly peer: PeerId; readonly open: boolean }): void {
    if (isStopped) return;
    if (open) {
      watch(peer);
      void ask(peer);
      return;
    }
    timers.get(peer)?.();
    timers.delete(peer);
  }

  const ends = [
    inner.handle(membersProtocol, async (_, request) => ({
      later: request.serial < list.serial ? signed : null,
    })),
    inner.onConnection(onConnection),
    gate.mesh.subscribe(topics.capabilities, (from, { memberList = 0 }) => {
      if (memberList > list.serial) void ask(from);
    }),
  ];
  for (const peer of inner.connected()) onConnection({ peer, open: true });

  return {
    mesh: gate.mesh,
    list: () => list,
    signed: () => signed,
    isMember,
    isRemoved: (peer) => !members.has(peer) && list.removed?.some((one) => one === peer) === true,
    strangers: () =>
      [...seen]
        .map(([peer, lastSeenMs]) => ({ peer, lastSeenMs }))
        .filter(({ lastSeenMs }) => clock.monotonicMs() - lastSeenMs < rememberedMs)
        .toReversed(),
    take,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      isStopped = true;
      for (const end of ends) end();
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}

/** No answer came; what is wrong is not the list. */
function isOfTheWay({ code }: BzzzError): boolean {
  return code.startsWith('mesh_') || ['timeout', 'aborted', 'stopped'].includes(code);
}
