/**
 * Whether we see a majority of the last known membership at this moment. A connection shows nobody: behind a
 * cut cable all of them stand. So whoever was not heard this instant is pinged, and only answers count. A peer
 * that does not speak the heartbeat is not seen: then the lease decides, later, and nothing is lost.
 */
import type { PeerId } from '@bzzz/protocol';
import type { Clock } from '../ports/index.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Membership } from './membership.ts';

export interface RollCallDeps {
  readonly clock: Clock;
  readonly self: PeerId;
  readonly membership: Pick<Membership, 'all' | 'isMajority'>;
  readonly heartbeat: Pick<Heartbeat, 'reach'>;
}

export interface RollCall {
  /** Something came of that peer. */
  heard(peer: PeerId): void;
  /** Ourselves counted, the peer in question not. Answers within `probeMs`, and at once where many were just heard. */
  seesMajorityWithout(peer: PeerId): Promise<boolean>;
}

export function createRollCall(deps: RollCallDeps, { probeMs }: { probeMs: number }): RollCall {
  const { clock, self, membership, heartbeat } = deps;
  const heardAtMs = new Map<PeerId, number>();

  function isFresh(peer: PeerId): boolean {
    return clock.monotonicMs() - (heardAtMs.get(peer) ?? -Infinity) <= probeMs;
  }

  return {
    heard(peer) {
      heardAtMs.set(peer, clock.monotonicMs());
    },
    seesMajorityWithout(peer) {
      for (const one of heardAtMs.keys()) if (!isFresh(one)) heardAtMs.delete(one);
      const others = membership
        .all()
        .filter(({ connected, liveness }) => connected && liveness === 'alive')
        .map(({ capabilities }) => capabilities.peer)
        .filter((other) => other !== self && other !== peer);
      if (!membership.isMajority(new Set([self, ...others]))) return Promise.resolve(false);
      const seen = new Set([self, ...others.filter(isFresh)]);
      return new Promise((resolve) => {
        if (membership.isMajority(seen)) return resolve(true);
        const answers = others
          .filter((other) => !seen.has(other))
          .map(async (other) => {
            if (await heartbeat.reach(other)) seen.add(other);
            if (membership.isMajority(seen)) resolve(true);
          });
        // Whichever of the two comes first; a promise is settled once.
        void Promise.all(answers).then(() => resolve(membership.isMajority(seen)));
      });
    },
  };
}
