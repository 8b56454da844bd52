/** Sees when a message of gossip or a request arrives after one that its sender sent later to the same peer. */
import type { PeerId } from '@bzzz/protocol';
import type { Sights } from './sights.ts';

export interface Overtaking {
  /** It leaves now; the returned function is called when it, or a copy of it, arrives. */
  leave(from: PeerId, to: PeerId): () => void;
}

interface Way {
  sent: number;
  /** The highest number that has arrived. */
  arrived: number;
}

export function watchOvertaking({ count }: Pick<Sights, 'count'>): Overtaking {
  const ways = new Map<PeerId, Map<PeerId, Way>>();

  function wayOf(from: PeerId, to: PeerId): Way {
    const ofPeer = ways.get(from) ?? new Map<PeerId, Way>();
    ways.set(from, ofPeer);
    const way = ofPeer.get(to) ?? { sent: 0, arrived: 0 };
    ofPeer.set(to, way);
    return way;
  }

  return {
    leave(from, to) {
      const way = wayOf(from, to);
      way.sent += 1;
      const number = way.sent;
      return () => {
        if (number < way.arrived) count('overtaken');
        else way.arrived = number;
      };
    },
  };
}
