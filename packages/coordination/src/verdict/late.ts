/**
 * Whoever was at it when others were enough is asked on: what he finds is journalled, and where he disagrees people are
 * to see that, though the result is verified. Of a peer that is started anew meanwhile the judge's own journal tells.
 */
import { isBzzzError, type PeerId, type Verdict } from '@bzzz/protocol';
import { createSerial } from '../support/serial.ts';
import { hasPassed, type Publication } from './certificate.ts';
import { type GatherDeps, verdictOf } from './gather.ts';

export interface Late {
  readonly publication: Publication;
  readonly peers: readonly PeerId[];
  readonly waitMs: number;
  /** Told all that came late, whenever one of them disagrees. Throws `task_fenced` where that is no longer ours to say. */
  readonly show: (late: readonly Verdict[], signal: AbortSignal) => Promise<void>;
}

/** Resolves when nobody is waited for any more; never throws for what others do. */
export async function hearLate(
  deps: GatherDeps,
  { publication, peers, waitMs, show }: Late,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const cancel = deps.clock.after(waitMs, () => over.abort());
  const until = AbortSignal.any([signal, over.signal]);
  const serial = createSerial();
  const heard: Verdict[] = [];

  async function hear(peer: PeerId): Promise<void> {
    const verdict = await verdictOf(deps, publication, peer, until);
    if (verdict === undefined) return;
    heard.push(verdict);
    if (!hasPassed(verdict)) await serial(() => show([...heard], signal));
  }

  try {
    await Promise.all(peers.map(hear));
  } catch (error) {
    if (signal.aborted || isBzzzError(error, 'task_fenced')) return;
    deps.trouble.tell(error, publication.record.task);
  } finally {
    cancel();
    // Where one could not be shown nobody is asked on.
    over.abort();
  }
}
