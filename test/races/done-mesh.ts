/**
 * A mesh that carries only the word that a task is done. While there is anything to win nobody hears of
 * anybody, so everybody races; but twenty processes that go on looking at what is over would take half
 * of the machine from those that race.
 */
import type { Mesh } from '@bzzz/coordination';
import { PeerId, topics } from '@bzzz/protocol';
import { z } from 'zod';
import { deafMesh } from '../lib/deaf-mesh.ts';

/** What a contender tells the others, by way of the process that started it. */
export const Word = z.object({ task: z.string(), from: z.string(), bytes: z.base64() });
export type Word = z.infer<typeof Word>;

export interface DoneMesh extends Mesh {
  /** Takes in what another one said. */
  hear(word: Word): void;
}

export function doneMesh(peer: PeerId, say: (word: Word) => void): DoneMesh {
  const listeners = new Set<(word: Word) => void>();
  return {
    ...deafMesh(peer),
    async publish(topic, message) {
      if (topic.name !== topics.tasks.name) return;
      const bytes = topic.codec.encode(message);
      const { kind, task } = topics.tasks.codec.decode(bytes);
      if (kind === 'done') say({ task, from: peer, bytes: Buffer.from(bytes).toString('base64') });
    },
    subscribe(topic, listener) {
      if (topic.name !== topics.tasks.name) return () => undefined;
      const take = ({ from, bytes }: Word) =>
        listener(PeerId.parse(from), topic.codec.decode(Buffer.from(bytes, 'base64')));
      listeners.add(take);
      return () => listeners.delete(take);
    },
    hear(word) {
      for (const listener of listeners) listener(word);
    },
  };
}
