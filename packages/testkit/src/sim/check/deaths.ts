/** Whom each peer has declared dead and not met again, as its journal tells. */
import type { PeerId } from '@bzzz/protocol';
import type { HistoryEvent } from '../history.ts';

export interface Deaths {
  take(event: HistoryEvent): void;
  /** As it is now. */
  deadTo(peer: PeerId): ReadonlySet<PeerId>;
}

export function trackDeaths(): Deaths {
  const dead = new Map<PeerId, ReadonlySet<PeerId>>();
  const deadTo = (peer: PeerId) => dead.get(peer) ?? new Set();
  return {
    deadTo,
    take(event) {
      if (event.kind !== 'durable') return;
      const { peer, body } = event;
      if (body.kind === 'peer.started') dead.delete(peer);
      if (body.kind === 'member.dead') dead.set(peer, new Set([...deadTo(peer), body.peer]));
      if (body.kind === 'member.joined') {
        dead.set(peer, new Set([...deadTo(peer)].filter((one) => one !== body.peer)));
      }
    },
  };
}
