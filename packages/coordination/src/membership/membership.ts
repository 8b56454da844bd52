/**
 * Who is in the mesh, as this peer knows it: capabilities that were heard, connections that stand,
 * suspicions that nobody has refuted. Pure state; `liveness.ts` acts on it.
 */
import type { Capabilities, PeerId, RepoName } from '@bzzz/protocol';

/**
 * `alive`: connected and answering, or heard lately. `suspected`: its connection closed or it does not
 * answer, and it was not heard since. `dead`: suspected, and confirmed as DESIGN.md 4.3 asks, or it said itself that
 * it stops, and then only what it says of itself later brings it back.
 */
export type Liveness = 'alive' | 'suspected' | 'dead';

export interface Member {
  readonly capabilities: Capabilities;
  readonly connected: boolean;
  readonly liveness: Liveness;
  readonly heardAtMs: number;
  /** When its capabilities came: other signs of life do not make what they say any newer. */
  readonly toldAtMs: number;
}

export interface Membership {
  /** False when the message is older than what is known. */
  heard(capabilities: Capabilities, nowMs: number): boolean;
  connection(peer: PeerId, open: boolean): void;
  suspect(peer: PeerId): void;
  /** The peer was heard, or somebody else reaches it. */
  clear(peer: PeerId, nowMs: number): void;
  bury(peer: PeerId): void;
  /** Who buried it sees no majority any more, and goes on suspecting. */
  unbury(peer: PeerId): void;
  /** Buried for good, whoever sees a majority, until it is heard as a member again. */
  expel(peer: PeerId): void;
  /** Told whenever somebody who was dead is there again, by whichever sign of life. */
  onReturn(listener: (capabilities: Capabilities) => void): () => void;
  /** Members of an earlier run that were not heard in this one: they count until they are buried. */
  remember(peers: readonly PeerId[]): void;
  /** Those of `remember` that are still missing. */
  missing(): readonly PeerId[];
  /** Connected, and silent so far about what they can. */
  unheard(): readonly PeerId[];
  get(peer: PeerId): Member | undefined;
  /** Whether it said ever, in this run or the last, that it is one; dead or not. */
  isMet(peer: PeerId): boolean;
  all(): readonly Member[];
  /** Everybody that is not dead. */
  live(): readonly Capabilities[];
  /**
   * Those who serve this repository and are not suspected: where nobody can be asked for a suspect, it may
   * stay one, and what is its to do would be left undone.
   */
  serving(repo: RepoName): readonly PeerId[];
  suspected(): readonly PeerId[];
  isDead(peer: PeerId): boolean;
  /**
   * Whether these members, of which none is dead, are a majority of the last known membership: a minority
   * side of a partition must not take anything over.
   */
  isMajority(peers: ReadonlySet<PeerId>): boolean;
}

/** Members beyond this are not remembered; the longest silent goes first. */
export const membersMax = 1024;

export function createMembership(self: PeerId): Membership {
  const members = new Map<PeerId, Member>();
  const connections = new Set<PeerId>();
  const missing = new Set<PeerId>();
  const expelled = new Set<PeerId>();
  const listeners = new Set<(capabilities: Capabilities) => void>();
  /** Those that were dead and have given no sign of life since. */
  const away = new Set<PeerId>();

  function update(peer: PeerId, change: Partial<Member>): void {
    const before = members.get(peer);
    if (before === undefined) return;
    const after = { ...before, ...change };
    if (after.capabilities.leaving === true) Object.assign(after, { liveness: 'dead' });
    members.set(peer, after);
    if (before.liveness === 'dead') away.add(peer);
    if (after.liveness !== 'alive' || !away.delete(peer)) return;
    for (const listener of listeners) listener(after.capabilities);
  }

  function makeRoom(): void {
    if (members.size <= membersMax) return;
    const others = [...members.entries()].filter(([peer]) => peer !== self);
    const [silent] = others.sort(([, a], [, b]) => a.heardAtMs - b.heardAtMs);
    if (silent === undefined) return;
    members.delete(silent[0]);
    away.delete(silent[0]);
  }

  function live(): Capabilities[] {
    return [...members.values()]
      .filter((member) => member.liveness !== 'dead')
      .map((member) => member.capabilities);
  }

  return {
    heard(capabilities, nowMs) {
      const { peer } = capabilities;
      const known = members.get(peer);
      if (known !== undefined && !isNewer(capabilities, known.capabilities)) return false;
      missing.delete(peer);
      expelled.delete(peer);
      const connected = peer === self || connections.has(peer);
      const times = { heardAtMs: nowMs, toldAtMs: nowMs };
      const member: Member = { capabilities, connected, liveness: 'alive', ...times };
      if (known === undefined) members.set(peer, member);
      update(peer, member);
      makeRoom();
      return true;
    },
    connection(peer, open) {
      if (open) connections.add(peer);
      else connections.delete(peer);
      update(peer, open ? { connected: true, liveness: 'alive' } : { connected: false });
    },
    suspect(peer) {
      if (members.get(peer)?.liveness === 'alive') update(peer, { liveness: 'suspected' });
    },
    clear: (peer, nowMs) => update(peer, { liveness: 'alive', heardAtMs: nowMs }),
    bury(peer) {
      missing.delete(peer);
      update(peer, { liveness: 'dead' });
    },
    expel(peer) {
      expelled.add(peer);
      missing.delete(peer);
      update(peer, { liveness: 'dead' });
    },
    unbury(peer) {
      if (expelled.has(peer)) return;
      if (members.get(peer)?.liveness === 'dead') update(peer, { liveness: 'suspected' });
    },
    onReturn(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    remember(peers) {
      for (const peer of peers) if (peer !== self && !members.has(peer)) missing.add(peer);
    },
    missing: () => [...missing],
    unheard: () => [...connections].filter((peer) => !members.has(peer)),
    get: (peer) => members.get(peer),
    isMet: (peer) => members.has(peer) || missing.has(peer),
    all: () => [...members.values()],
    live,
    serving: (repo) =>
      [...members.values()]
        .filter(({ liveness }) => liveness === 'alive')
        .map(({ capabilities }) => capabilities)
        .filter(({ repositories }) => repositories.includes(repo))
        .map(({ peer }) => peer),
    suspected: () =>
      [...members].filter(([, { liveness }]) => liveness === 'suspected').map(([peer]) => peer),
    isDead: (peer) => members.get(peer)?.liveness === 'dead',
    isMajority: (peers) => peers.size * 2 > live().length + missing.size,
  };
}

function isNewer(next: Capabilities, known: Capabilities): boolean {
  if (next.incarnation !== known.incarnation) return next.incarnation > known.incarnation;
  return next.revision > known.revision;
}
