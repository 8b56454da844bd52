/**
 * How long each peer has said nothing, and when that is too long. Pure state. A process that runs late
 * itself is the likelier culprit, so its own lateness makes it patient first (Lifeguard's local health;
 * Dadgar, Phillips, Currey 2018).
 */
import type { PeerId } from '@bzzz/protocol';

export interface SilenceOptions {
  readonly pingMs: number;
  readonly silenceMs: number;
}

export interface Silence {
  heard(peer: PeerId, nowMs: number): void;
  /** A new connection: what was silent has its full time again. */
  renew(peer: PeerId, nowMs: number): void;
  /**
   * It was declared dead. Should it come back, it is watched from its first moment on; one that comes
   * back twice without a word speaks the heartbeat no more, as after a step back to an older release.
   */
  buried(peer: PeerId): void;
  /** Whether anything ever came of that peer. */
  knows(peer: PeerId): boolean;
  /** Called every `pingMs`; that it comes late is how a process knows that it was not running. */
  tick(nowMs: number): void;
  /**
   * Whether nothing came of that peer for longer than our patience. A peer of which nothing ever came
   * does not speak the heartbeat of this release; its closed connection is all that tells of it.
   */
  isOverdue(peer: PeerId, nowMs: number): boolean;
  patienceMs(): number;
}

/** How strongly own lateness stretches patience: others are as late to answer, twice over. */
const stretch = 3;
/** Lateness is forgotten by half in so long. */
const halfLifeMs = 2_000;

export function createSilence({ pingMs, silenceMs }: SilenceOptions): Silence {
  const heardAtMs = new Map<PeerId, number>();
  const silentSinceBurial = new Set<PeerId>();
  const fading = 0.5 ** (pingMs / halfLifeMs);
  let lastTickMs: number | null = null;
  let latenessMs = 0;

  const patienceMs = () => silenceMs + stretch * latenessMs;

  return {
    patienceMs,
    heard(peer, nowMs) {
      heardAtMs.set(peer, nowMs);
      silentSinceBurial.delete(peer);
    },
    renew(peer, nowMs) {
      if (heardAtMs.has(peer)) heardAtMs.set(peer, nowMs);
    },
    knows: (peer) => heardAtMs.has(peer),
    buried(peer) {
      if (silentSinceBurial.has(peer)) heardAtMs.delete(peer);
      else silentSinceBurial.add(peer);
    },
    tick(nowMs) {
      const lateMs = lastTickMs === null ? 0 : Math.max(0, nowMs - lastTickMs - pingMs);
      lastTickMs = nowMs;
      // A long pause says nothing of how late we are when we run.
      latenessMs = Math.max(Math.min(lateMs, silenceMs), latenessMs * fading);
      // What came in while we stood still has yet to be read: that time counts against nobody. Some of it may have
      // been read before this timer ran, and then it was heard now and not later.
      for (const [peer, atMs] of heardAtMs) heardAtMs.set(peer, Math.min(nowMs, atMs + lateMs));
    },
    isOverdue(peer, nowMs) {
      const atMs = heardAtMs.get(peer);
      return atMs !== undefined && nowMs - atMs > patienceMs();
    },
  };
}
