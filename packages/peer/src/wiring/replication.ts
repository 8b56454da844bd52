/**
 * Journals of the members, brought here and kept up to date. Of two peers the one with the smaller
 * id opens the stream; over it each side gets what the other has, logs of third peers included.
 * Whatever breaks a stream, it is opened again while the other side is a connected member; and a stream
 * over which a journal does not arrive that its writer tells of is given up for another one.
 */
import type { Clock, MemberView } from '@bzzz/coordination';
import type { Journals, MessageStream } from '@bzzz/journal';
import type { MeshService } from '@bzzz/mesh';
import {
  isBzzzError,
  type JournalKey,
  journalProtocol,
  type PeerId,
  reasonOf,
  topics,
} from '@bzzz/protocol';
import type { Logger } from '../logger.ts';
import { watchProgress } from './progress.ts';
import { createReplicaPlaces } from './replica-places.ts';

export interface ReplicationDeps {
  readonly clock: Clock;
  readonly mesh: Pick<
    MeshService,
    'peer' | 'subscribe' | 'onConnection' | 'openStream' | 'handleStream'
  >;
  readonly journals: Pick<Journals, 'replica' | 'replicas' | 'replicate' | 'letGo'>;
  readonly logger: Logger;
  readonly members: () => readonly MemberView[];
  /** Journals that are not let go, whoever wrote them. */
  readonly staying: () => ReadonlySet<JournalKey>;
}

export interface ReplicationOptions {
  /** Journals of others that are kept. More: more of the mesh's story survives, more disk. Default 64. */
  readonly replicasMax?: number;
  /** So long a journal may fall behind without a step forward. Default 10,000. */
  readonly stalledMs?: number;
  /** So long after the start nobody loses his place: who has not been heard yet may live. Default 60,000. */
  readonly settleMs?: number;
}

export interface Replication {
  /** Ends all streams and waits for them. Idempotent. */
  stop(): Promise<void>;
}

const retryMsMin = 250;
const retryMsMax = 30_000;
/** Between two looks for what has become too old. */
const trimMs = 3_600_000;

export function replicateJournals(
  deps: ReplicationDeps,
  { replicasMax = 64, stalledMs = 10_000, settleMs = 60_000 }: ReplicationOptions = {},
): Replication {
  const { clock, mesh, journals, logger } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  /** The newest stream of each peer, and all that have not ended. */
  const running = new Map<PeerId, { readonly done: Promise<void>; giveUp(): void }>();
  const streams = new Set<Promise<void>>();
  /** Peers that have to wait for their next stream, and how long the last wait was. */
  const waiting = new Set<PeerId>();
  const backoffs = new Map<PeerId, number>();
  const timers = new Set<() => void>();
  const progress = watchProgress(() => clock.monotonicMs(), { stalledMs });
  const places = createReplicaPlaces(deps, { replicasMax });
  let settled = false;
  let makingPlace: Promise<void> | undefined;

  function later(delayMs: number, run: () => void): void {
    const cancel = clock.after(delayMs, () => {
      timers.delete(cancel);
      run();
    });
    timers.add(cancel);
  }

  function others(): readonly MemberView[] {
    return deps.members().filter(({ self }) => !self);
  }

  function reconcile(): void {
    if (signal.aborted) return;
    if (places.fill() && settled) makingPlace ??= makePlace();
    for (const { peer, connected, capabilities } of others()) {
      if (connected && mesh.peer < peer && !running.has(peer) && !waiting.has(peer)) open(peer);
      if (connected) look(peer, capabilities.journal);
    }
  }

  function look(peer: PeerId, { key, length: told }: MemberView['capabilities']['journal']): void {
    const replica = journals.replicas().find((one) => one.key === key);
    if (replica === undefined) return;
    const here = replica.length();
    if (!progress.stands(peer, { here, told })) return;
    logger.info('a journal does not arrive; it is asked for anew', { peer, here, told });
    tend(replica.skipMissing(), peer);
    running.get(peer)?.giveUp();
  }

  /** Nobody writes to a log whose writer is gone, and it grows old all the same. */
  function trimLater(): void {
    later(trimMs, () => {
      for (const replica of journals.replicas()) tend(replica.trim(), null);
      trimLater();
    });
  }

  function tend(job: Promise<void>, peer: PeerId | null): void {
    job.catch((error: unknown) => {
      logger.debug('a replica cannot be tended', { peer, reason: endReason(error) });
    });
  }

  /** When all places are taken by the living, `bzzz status` says so. */
  async function makePlace(): Promise<void> {
    try {
      const log = await places.makePlace(signal);
      if (log === null) return;
      logger.info('a journal gave its place to that of a living member', { log, replicasMax });
      soon();
    } catch (error) {
      if (!signal.aborted) logger.warn('no place is made', { reason: endReason(error) });
    } finally {
      makingPlace = undefined;
    }
  }

  function open(peer: PeerId): void {
    track(peer, async (until) => {
      const stream = await mesh.openStream(peer, journalProtocol, { signal: until });
      return journals.replicate(stream, { initiator: true, signal: until });
    });
  }

  function accept(peer: PeerId, stream: MessageStream): void {
    // The other side replaces its stream when it lost the old one, which may not have ended here yet.
    track(peer, (until) => journals.replicate(stream, { initiator: false, signal: until }));
  }

  function track(
    peer: PeerId,
    run: (until: AbortSignal) => Promise<{ readonly reason: string | null }>,
  ): void {
    const startMs = clock.monotonicMs();
    const ending = new AbortController();
    const job = run(AbortSignal.any([signal, ending.signal]));
    const follow = async () => {
      const reason = await job.then((end) => end.reason, endReason);
      logger.debug('a replication ended', { peer, reason });
      streams.delete(done);
      if (running.get(peer)?.done === done) running.delete(peer);
      if (!signal.aborted && mesh.peer < peer) retry(peer, clock.monotonicMs() - startMs);
    };
    const done = follow();
    streams.add(done);
    running.set(peer, { done, giveUp: () => ending.abort() });
  }

  function retry(peer: PeerId, lastedMs: number): void {
    const before = lastedMs > retryMsMax ? 0 : (backoffs.get(peer) ?? 0);
    const delayMs = Math.min(retryMsMax, Math.max(retryMsMin, before * 2));
    backoffs.set(peer, delayMs);
    waiting.add(peer);
    later(delayMs, () => {
      waiting.delete(peer);
      reconcile();
    });
  }

  // Listeners of the same message may not have run yet, so membership is looked at a moment later.
  const soon = () => later(0, reconcile);
  const ends = [
    mesh.handleStream(journalProtocol, accept, {
      allow: (peer) => others().some((member) => member.peer === peer),
    }),
    mesh.subscribe(topics.capabilities, soon),
    mesh.onConnection(({ peer, open: opened }) => {
      if (!opened) backoffs.delete(peer);
      soon();
    }),
  ];
  soon();
  trimLater();
  later(settleMs, () => {
    settled = true;
    reconcile();
  });

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    stopping.abort();
    for (const end of ends) end();
    for (const cancel of timers) cancel();
    await Promise.all([...streams, makingPlace]);
  };
  return { stop: () => (stopped ??= stop()) };
}

/** Replication is repeated for ever, so how one ended is for the curious. */
function endReason(error: unknown): string {
  return isBzzzError(error) ? error.code : reasonOf(error);
}
