/**
 * Who looks at a repository, and how often (DESIGN.md 4.1): one watcher and one standby, chosen by
 * rendezvous hashing over the living peers that serve it; everybody else slower the more peers there are, so
 * the forge's load does not grow with the mesh and a lying or dead watcher only delays.
 */
import type { Capabilities, PeerId, RepoName } from '@bzzz/protocol';
import { rendezvous } from '../contest/rendezvous.ts';
import type { Liveness } from '../membership/membership.ts';

export type WatchRole = 'watcher' | 'standby' | 'fallback';

export function watchRole(repo: RepoName, self: PeerId, live: readonly PeerId[]): WatchRole {
  const place = rendezvous(repo, live).indexOf(self);
  if (place === 0) return 'watcher';
  return place === 1 ? 'standby' : 'fallback';
}

export interface Watching {
  readonly repo: RepoName;
  readonly role: Exclude<WatchRole, 'fallback'>;
}

/** Who watches each of these and who stands by, as every peer reckons it that sees these members so. */
export function watchersOf(
  repos: readonly RepoName[],
  members: readonly { readonly liveness: Liveness; readonly capabilities: Capabilities }[],
): ReadonlyMap<PeerId, readonly Watching[]> {
  const found = new Map<PeerId, Watching[]>();
  for (const repo of repos) {
    const serving = members
      .filter(({ liveness, capabilities }) => {
        return liveness === 'alive' && capabilities.repositories.includes(repo);
      })
      .map(({ capabilities }) => capabilities.peer);
    const ranked = rendezvous(repo, serving);
    for (const [at, role] of (['watcher', 'standby'] as const).entries()) {
      const peer = ranked[at];
      if (peer !== undefined) found.set(peer, [...(found.get(peer) ?? []), { repo, role }]);
    }
  }
  return found;
}

/** Pause until the next poll, before jitter. */
export function pollPauseMs(role: WatchRole, pollMs: number, peers: number): number {
  switch (role) {
    case 'watcher':
      return pollMs;
    case 'standby':
      return pollMs * 4;
    case 'fallback':
      return pollMs * 4 * Math.max(2, peers);
  }
}
