/**
 * Peers of which it is proven that their journal tells two stories, set aside until a person decides. That
 * may cost work and nothing else: claims are decided by the fence, whatever journals say, so who is set aside
 * still takes part in contests. It is asked for no verdicts and no help, what it says as a judge or helper
 * counts no more from then on, and its log is not read any further; its replica stays as it is.
 *
 * The own journal holds the proof, so it outlives a restart, and whoever has a replica of ours has it too. Of a
 * peer that was never met nothing is written before it is, or a flood of identities would fill the journal.
 */
import {
  BzzzError,
  type ForkEvidence,
  type JournalKey,
  limits,
  type PeerId,
  type SettledHistory,
} from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Clock } from '../ports/index.ts';
import type { Membership } from '../membership/membership.ts';
import { type Contradiction, isSettled } from './contradiction.ts';
import { withoutPlace } from './places.ts';

export interface Quarantined {
  readonly peer: PeerId;
  readonly key: JournalKey;
  readonly reason: string;
  readonly evidence: ForkEvidence;
  /** By our clock, for people. */
  readonly sinceWallMs: number;
}

/** What an earlier run left. */
export interface QuarantineMemory {
  readonly quarantined: readonly Quarantined[];
  readonly settled: ReadonlyMap<PeerId, readonly SettledHistory[]>;
}

export interface Quarantine {
  has(peer: PeerId): boolean;
  all(): readonly Quarantined[];
  /** Those that were met as members, in this run or an earlier one: of these others are told. */
  told(): readonly Quarantined[];
  /** A peer has said that it is a member: what is known of it is written now. */
  join(peer: PeerId): Promise<void>;
  /** Whether it would be news: nobody is set aside twice, or for what a person let pass. */
  isNews(found: Pick<Contradiction, 'peer' | 'key' | 'fork' | 'length'>): boolean;
  /** What was found in evidence that was checked. Resolves when it is in the journal, where it belongs. */
  put(found: Contradiction, evidence: ForkEvidence): Promise<void>;
  /** A person's word. Throws `peer_unknown` when that peer is not set aside. */
  lift(peer: PeerId, settled: readonly SettledHistory[]): Promise<void>;
  remember(memory: QuarantineMemory): void;
}

export interface QuarantineDeps {
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly chronicle: Pick<Chronicle, 'record'>;
  readonly membership: Pick<Membership, 'isMet'>;
}

export function createQuarantine({ clock, chronicle, membership }: QuarantineDeps): Quarantine {
  const quarantined = new Map<PeerId, Quarantined>();
  /** Not in the journal, as they were not met. */
  const unwritten = new Set<PeerId>();
  const settledOf = new Map<PeerId, readonly SettledHistory[]>();

  function isNews(found: Parameters<Quarantine['isNews']>[0]): boolean {
    if (quarantined.has(found.peer)) return false;
    return !isSettled(found, settledOf.get(found.peer) ?? []);
  }

  /** Whoever was met stands in the journal. */
  function isStranger(peer: PeerId): boolean {
    return unwritten.has(peer) && !membership.isMet(peer);
  }

  function forget(peer: PeerId): void {
    quarantined.delete(peer);
    unwritten.delete(peer);
  }

  async function write(peer: PeerId): Promise<void> {
    const one = quarantined.get(peer);
    if (one === undefined || !unwritten.delete(peer)) return;
    const { reason, evidence } = one;
    await chronicle.record({ kind: 'peer.quarantined', peer, reason, evidence });
  }

  return {
    has: (peer) => quarantined.has(peer),
    all: () => [...quarantined.values()],
    told: () => [...quarantined.values()].filter(({ peer }) => !unwritten.has(peer)),
    isNews,
    async put(found, evidence) {
      if (!isNews(found)) return;
      const { peer, key, reason } = found;
      const sinceWallMs = Math.floor(clock.wallMs());
      quarantined.set(peer, { peer, key, reason, evidence, sinceWallMs });
      unwritten.add(peer);
      for (const one of withoutPlace(quarantined.keys(), isStranger)) forget(one);
      if (membership.isMet(peer)) await write(peer);
    },
    join: write,
    async lift(peer, settled) {
      if (!quarantined.has(peer)) {
        throw new BzzzError('peer_unknown', `${peer} is not in quarantine`);
      }
      const all = newest([...(settledOf.get(peer) ?? []), ...settled]);
      await chronicle.record({ kind: 'quarantine.lifted', peer, settled: all });
      settledOf.set(peer, all);
      forget(peer);
    },
    remember(memory) {
      for (const one of memory.quarantined) quarantined.set(one.peer, one);
      for (const [peer, settled] of memory.settled) settledOf.set(peer, settled);
    },
  };
}

/** One of each journal, the last ones. */
function newest(all: readonly SettledHistory[]): SettledHistory[] {
  const byKey = new Map<JournalKey, SettledHistory>();
  for (const one of all) {
    const before = byKey.get(one.key);
    byKey.delete(one.key);
    const isCovered = before !== undefined && isSettled(one, [before]);
    byKey.set(one.key, isCovered ? before : one);
  }
  return [...byKey.values()].slice(-limits.settledHistoriesMax);
}

/** Journals that are not to be read any further: those that only peers in quarantine call their own. */
export function logsSetAside(
  quarantined: readonly Pick<Quarantined, 'peer' | 'key'>[],
  members: readonly { readonly peer: PeerId; readonly journal: { readonly key: JournalKey } }[],
): ReadonlySet<JournalKey> {
  const peers = new Set(quarantined.map(({ peer }) => peer));
  const [theirs, others] = [new Set(quarantined.map(({ key }) => key)), new Set<JournalKey>()];
  for (const { peer, journal } of members) (peers.has(peer) ? theirs : others).add(journal.key);
  // Whoever says that another's journal is its own has not spoilt it for us.
  return new Set([...theirs].filter((key) => !others.has(key)));
}
