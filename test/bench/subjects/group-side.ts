import { digest, seededBytes } from '../content.ts';
import type { Side } from '../subject.ts';
import { type Group, type Message, OVERHEAD_BYTES } from './group.ts';

/** Of one message, as it is encoded. */
export const MESSAGE_BYTES = 256;

export type MessagesOf = (round: number) => readonly Message[];

export function messagesOf(seed: string, count: number): MessagesOf {
  return (round) =>
    Array.from({ length: count }, (_, index) => ({
      content: seededBytes(MESSAGE_BYTES - OVERHEAD_BYTES, seed, round, index),
    }));
}

/**
 * So many messages are sent at once, and the next when all have arrived everywhere. An operation is a
 * delivery: a message of one to nine is nine of them.
 */
export function groupSide(
  name: string,
  group: Group,
  { of, atOnce }: { readonly of: MessagesOf; readonly atOnce: number },
): Side {
  const { inbox } = group;
  const receivers = inbox.received.length;
  return {
    name,
    processes: group.processes ?? [],
    async prepare(round) {
      const messages = of(round);
      const signaturesBefore = group.signatures?.() ?? 0;
      inbox.empty();
      return {
        async work() {
          for (let at = 0; at < messages.length; at += atOnce) {
            const batch = messages.slice(at, at + atOnce);
            const arrived = inbox.arrival(receivers * (at + batch.length));
            await Promise.all([arrived, ...batch.map((message) => group.send(message))]);
          }
        },
        answer: async () => digestOfEach(inbox.received),
        operations: () => receivers * messages.length,
        figures: () => {
          if (group.signatures === undefined) return {};
          return {
            'messages / signature': messages.length / (group.signatures() - signaturesBefore),
          };
        },
      };
    },
  };
}

/** The digest of what every receiver got. Throws where one got something else. */
function digestOfEach(received: readonly Uint8Array[][]): string {
  const [first = '', ...others] = received.map(digest);
  if (others.some((other) => other !== first)) throw new Error('receivers differ');
  return first;
}
