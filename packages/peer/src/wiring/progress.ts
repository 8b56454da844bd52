/**
 * Whether what members say they have written arrives here. Hypercore (11.37) can forget to acknowledge a
 * length: a block that comes a moment before the writer's word of it makes the reader begin an
 * acknowledgement that the word then cancels (`_updateCanUpgradeAndSync` in its replicator). Both sides wait for
 * ever then, over a stream that is in order. A new stream begins with both lengths.
 */
import type { PeerId } from '@bzzz/protocol';

export interface Progress {
  /** How much of a member's journal is here, of how much; tells whether that has stood still for too long. */
  stands(peer: PeerId, entries: { readonly here: number; readonly told: number }): boolean;
}

export function watchProgress(
  nowMs: () => number,
  { stalledMs }: { readonly stalledMs: number },
): Progress {
  const seen = new Map<PeerId, { readonly here: number; readonly sinceMs: number }>();
  return {
    stands(peer, { here, told }) {
      const before = seen.get(peer);
      if (here >= told) seen.delete(peer);
      else if (before === undefined || here !== before.here) {
        seen.set(peer, { here, sinceMs: nowMs() });
      } else if (nowMs() - before.sinceMs > stalledMs) {
        // Whatever is done about it has its full time again.
        seen.delete(peer);
        return true;
      }
      return false;
    },
  };
}
