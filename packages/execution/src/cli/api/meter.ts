/** Counts what goes to a model API and comes from it, in one run. */
import { Transform } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { ProxyRefusal } from './refusal.ts';

export interface Meter {
  /** A whole request. Throws `ProxyRefusal`. */
  read(request: IncomingMessage): Promise<Buffer>;
  /** For an answer: passes bytes, and fails with `ProxyRefusal`. */
  passing(): Transform;
}

export function createMeter(
  limits: { requestBytesMax: number; totalBytesMax: number },
  onBytes: () => void = () => undefined,
): Meter {
  const { requestBytesMax, totalBytesMax } = limits;
  let total = 0;
  function add(bytes: number): void {
    total += bytes;
    onBytes();
    if (total <= totalBytesMax) return;
    throw new ProxyRefusal(403, `its ${totalBytesMax} bytes to and from the model are used up`);
  }
  return {
    async read(request) {
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        // A request without an encoding gives bytes.
        const part = chunk as Buffer;
        bytes += part.byteLength;
        if (bytes > requestBytesMax) {
          throw new ProxyRefusal(413, `a request has over ${requestBytesMax} bytes`);
        }
        add(part.byteLength);
        chunks.push(part);
      }
      return Buffer.concat(chunks);
    },
    passing: () =>
      new Transform({
        transform(chunk: Buffer, _, done) {
          try {
            add(chunk.byteLength);
            done(null, chunk);
          } catch (error) {
            done(error instanceof Error ? error : new Error('not counted'));
          }
        },
      }),
  };
}
