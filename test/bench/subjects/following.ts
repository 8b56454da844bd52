/** The journals of peers as they grow: each entry is told once, when it comes, and nobody is asked again and again. */
import type { PeerProcess } from '../../e2e/harness/peer.ts';
import { type Told, toldIn } from './mesh-at-work.ts';

export interface Following {
  /** What came since it was opened; of each peer in its order. */
  readonly told: readonly Told[];
  /** Resolves with what `find` makes of it, as soon as it makes something. Rejects when that does not come. */
  until<T>(what: string, find: (told: readonly Told[]) => T | undefined): Promise<T>;
  stop(): Promise<void>;
}

/** Of a machine that is busy with much else. */
const WAIT_MS = 240_000;

/** Resolves when every journal is being followed, so that nothing that comes later is missed. */
export async function follow(peers: readonly PeerProcess[]): Promise<Following> {
  const told: Told[] = [];
  const over = new AbortController();
  const failed = Promise.withResolvers<never>();
  // Only of interest while somebody waits.
  failed.promise.catch(() => undefined);
  let next = Promise.withResolvers<void>();

  async function read(peer: PeerProcess, opened: () => void): Promise<void> {
    const { signal } = over;
    try {
      const { journal } = await peer.client.status();
      // The last one that is there already shows that it is open.
      const last = journal.length - 1;
      for await (const line of peer.client.logs({ from: last, follow: true, signal })) {
        opened();
        if (line.seq === last) continue;
        told.push(toldIn(peer, line));
        next.resolve();
        next = Promise.withResolvers();
      }
      if (!signal.aborted) throw new Error(`the journal of ${peer.name} came to an end`);
    } catch (error) {
      if (!signal.aborted) failed.reject(error);
    }
  }

  async function within<T>(what: string, found: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const error = new Error(`not in the journals within ${WAIT_MS / 1_000} s: ${what}`);
    const timer = setTimeout(() => late.reject(error), WAIT_MS);
    try {
      return await Promise.race([found, late.promise, failed.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  const reading: Promise<void>[] = [];
  const stop = async (): Promise<void> => {
    over.abort();
    await Promise.all(reading);
  };
  const opening = peers.map((peer) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    reading.push(read(peer, resolve));
    return promise;
  });
  try {
    await within('all are open', Promise.all(opening));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    told,
    async until(what, find) {
      for (;;) {
        const came = next.promise;
        const found = find(told);
        if (found !== undefined) return found;
        await within(what, came);
      }
    },
    stop,
  };
}
