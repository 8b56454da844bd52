import type { IncomingMessage } from 'node:http';

/** The bytes as they came; null: more than that. Throws when the sender goes away or is too slow. */
export async function readBody(
  request: IncomingMessage,
  { bytesMax }: { readonly bytesMax: number },
): Promise<Uint8Array | null> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return null;
  const pieces: Buffer[] = [];
  let bytes = 0;
  // Not destroyed on the way out: the answer goes over the same socket.
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    // No encoding is set, so Node hands out buffers.
    const buffer = piece as Buffer;
    bytes += buffer.byteLength;
    if (bytes > bytesMax) return null;
    pieces.push(buffer);
  }
  return Buffer.concat(pieces);
}
