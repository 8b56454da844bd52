/**
 * From a closed connection to "dead": the peer is suspected, the suspicion is gossiped, others are
 * asked whether they still reach it, and it may refute. Only a peer that sees a majority declares
 * anybody dead. A wrong verdict wastes work and cannot break safety: the fence decides.
 * After SWIM (Das, Gupta, Motivala 2002), sections 3.2 and 4.2.
 */
import { type HealthNote, isBzzzError, type PeerId, probeProtocol, topics } from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import { rendezvous } from '../contest/rendezvous.ts';
import type { Clock, Mesh } from '../ports/index.ts';
import { sleep } from '../support/sleep.ts';
import type { Trouble } from '../support/trouble.ts';
import type { Membership } from './membership.ts';

export interface LivenessDeps {
  readonly clock: Clock;
  readonly mesh: Mesh;
  readonly chronicle: Chronicle;
  readonly membership: Membership;
  readonly trouble: Trouble;
}

export interface LivenessOptions {
  readonly suspicionMs: number;
  /** Somebody's liveness changed. */
  readonly onChange: () => void;
  /** Somebody suspects us: say again that we live, with a higher incarnation. */
  readonly onSuspected: (incarnation: number) => void;
}

/** Peers asked to confirm a suspicion. */
const probesMax = 3;
/** So many suspicions long a member of an earlier run may take to be heard, before it is asked for. */
const missingSuspicions = 10;

/** Returns the function that ends it. */
export function watchLiveness(deps: LivenessDeps, options: LivenessOptions): () => void {
  const { mesh, membership, chronicle, clock, trouble } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  const open = new Set<PeerId>();

  async function confirm(peer: PeerId): Promise<void> {
    membership.suspect(peer);
    await chronicle.record({ kind: 'member.suspected', peer });
    const incarnation = membership.get(peer)?.capabilities.incarnation ?? 0;
    await mesh.publish(topics.health, { kind: 'suspected', peer, incarnation });
    while (membership.get(peer)?.liveness === 'suspected') {
      const sinceMs = clock.monotonicMs();
      const [reached] = await Promise.all([
        somebodyReaches(deps, peer, signal),
        sleep(clock, options.suspicionMs, signal),
      ]);
      if (membership.get(peer)?.liveness !== 'suspected') return;
      if (reached) membership.clear(peer, clock.monotonicMs());
      else if (!overslept(sinceMs, options.suspicionMs) && membership.seesMajorityWithout(peer))
        await bury(peer);
      // A minority goes on suspecting; the lease decides about what the peer holds.
    }
  }

  /**
   * Members that an earlier run left behind have no connection that could close. Who is gone for good
   * must not count against every majority for ever; who lives is heard long before.
   */
  async function buryMissing(): Promise<void> {
    const pauseMs = missingSuspicions * options.suspicionMs;
    while (membership.missing().length > 0) {
      const sleptSinceMs = clock.monotonicMs();
      await sleep(clock, pauseMs, signal);
      if (overslept(sleptSinceMs, pauseMs)) continue;
      for (const peer of membership.missing()) {
        const sinceMs = clock.monotonicMs();
        if (await somebodyReaches(deps, peer, signal)) continue;
        if (overslept(sinceMs, 0) || !membership.missing().includes(peer)) continue;
        if (membership.seesMajorityWithout(peer)) await bury(peer);
      }
    }
  }

  /**
   * Whether this process stood still meanwhile: then what it knows of its own connections is old, and
   * it asks anew before it says anything of others (Lifeguard; Dadgar, Phillips, Currey 2018).
   */
  function overslept(sinceMs: number, pauseMs: number): boolean {
    const slackMs = options.suspicionMs + 2 * probeProtocol.timeoutMs;
    return clock.monotonicMs() - sinceMs > pauseMs + slackMs;
  }

  async function bury(peer: PeerId): Promise<void> {
    membership.bury(peer);
    const reason = 'it is not connected, nobody asked reaches it, and we see a majority';
    await chronicle.record({ kind: 'member.dead', peer, reason });
    options.onChange();
  }

  function suspect(peer: PeerId): void {
    if (open.has(peer) || membership.get(peer)?.liveness !== 'alive') return;
    open.add(peer);
    confirm(peer)
      .catch((error: unknown) => {
        if (!signal.aborted) trouble.tell(error);
      })
      .finally(() => open.delete(peer));
  }

  function onHealth(from: PeerId, note: HealthNote): void {
    if (note.peer === mesh.peer) {
      if (note.kind === 'suspected') options.onSuspected(note.incarnation);
      return;
    }
    if (note.kind === 'alive' && from === note.peer) membership.clear(from, clock.monotonicMs());
  }

  const ends = [
    mesh.onConnection(({ peer, open: isOpen }) => {
      membership.connection(peer, isOpen);
      if (!isOpen) suspect(peer);
      options.onChange();
    }),
    mesh.subscribe(topics.health, onHealth),
    mesh.handle(probeProtocol, async (_from, { target }) => ({
      connected: mesh.connected().includes(target),
    })),
    () => stopping.abort(),
  ];
  for (const peer of mesh.connected()) membership.connection(peer, true);
  buryMissing().catch((error: unknown) => {
    if (!signal.aborted) trouble.tell(error);
  });
  return () => {
    for (const end of ends) end();
  };
}

/** Asks a few connected peers, the same few for the same suspect. */
async function somebodyReaches(
  { mesh, trouble }: LivenessDeps,
  target: PeerId,
  signal: AbortSignal,
): Promise<boolean> {
  const asked = rendezvous(target, mesh.connected()).slice(0, probesMax);
  const answers = await Promise.all(
    asked.map(async (peer) => {
      try {
        const { connected } = await mesh.request(probeProtocol, peer, { target }, { signal });
        return connected;
      } catch (error) {
        if (!isBzzzError(error)) trouble.tell(error);
        return false;
      }
    }),
  );
  return answers.includes(true);
}
