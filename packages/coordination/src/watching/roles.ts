/**
 * Who looks at a repository, and how often (DESIGN.md 4.1): one watcher and one standby, chosen by
 * rendezvous hashing over the living peers that serve it; everybody else slower the more peers there are, so
 * the forge's load does not grow with the mesh and a lying or dead watcher only delays.
 */
import type { PeerId, RepoName } from '@bzzz/protocol';
import { rendezvous } from '../contest/rendezvous.ts';

export type WatchRole = 'watcher' | 'standby' | 'fallback';

export function watchRole(repo: RepoName, self: PeerId, live: readonly PeerId[]): WatchRole {
  const place = rendezvous(repo, live).indexOf(self);
  if (place === 0) return 'watcher';
  return place === 1 ? 'standby' : 'fallback';
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
