/** Counts and hashes what peers hear of each other, and keeps none of it. */
import { hash } from 'node:crypto';
import type { PeerId } from '@bzzz/protocol';
import { digest } from '../content.ts';

export interface Tally {
  put(receiver: number, author: PeerId, content: Uint8Array): void;
  empty(): void;
  /** Resolves when so many messages of that author came to every other peer. Rejects after two minutes. */
  heard(author: PeerId, count: number): Promise<void>;
  /**
   * What every peer heard of each of so many authors, by default of every peer. Throws where it is not the same for all,
   * or not so many.
   */
  digest(each: number, authors?: number): string;
}

interface Heard {
  count: number;
  /** Of the hashes of all messages, added up: the order in which they came does not matter. */
  readonly sum: Uint32Array;
}

const WAIT_MS = 120_000;

export function createTally(peers: number): Tally {
  const byAuthor = new Map<PeerId, Map<number, Heard>>();
  const totals = new Map<PeerId, number>();
  const waiting = new Map<PeerId, { readonly total: number; readonly resolve: () => void }>();

  return {
    put(receiver, author, content) {
      const receivers = byAuthor.get(author) ?? new Map<number, Heard>();
      byAuthor.set(author, receivers);
      const heard = receivers.get(receiver) ?? { count: 0, sum: new Uint32Array(8) };
      receivers.set(receiver, heard);
      heard.count += 1;
      const words = hash('sha256', content, 'buffer');
      for (let at = 0; at < 8; at += 1) {
        heard.sum[at] = (heard.sum[at] ?? 0) + words.readUInt32LE(4 * at);
      }
      const total = (totals.get(author) ?? 0) + 1;
      totals.set(author, total);
      const waits = waiting.get(author);
      if (waits !== undefined && total >= waits.total) waits.resolve();
    },
    empty() {
      byAuthor.clear();
      totals.clear();
    },
    heard(author, count) {
      const total = count * (peers - 1);
      if ((totals.get(author) ?? 0) >= total) return Promise.resolve();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        const came = totals.get(author) ?? 0;
        reject(new Error(`${came} of ${total} deliveries of ${author} within ${WAIT_MS} ms`));
      }, WAIT_MS);
      waiting.set(author, {
        total,
        resolve() {
          clearTimeout(timer);
          waiting.delete(author);
          resolve();
        },
      });
      return promise;
    },
    digest(each, authors = peers) {
      const all = [...byAuthor.values()].flatMap((receivers) => [...receivers.values()]);
      const sums = new Set(all.map(({ sum }) => sum.join()));
      const isWhole =
        all.length === authors * (peers - 1) && all.every(({ count }) => count === each);
      if (!isWhole || sums.size !== 1) throw new Error('not everybody heard everything once');
      return digest(sums);
    },
  };
}
