/**
 * A client of HTTP/1.1 that costs as little as may be, so that it does not hide what the servers differ in: one
 * connection, one request at a time, an answer with a content length.
 */
import { once } from 'node:events';
import { connect } from 'node:net';

export interface KeepAlive {
  /** The body. Throws unless the status is 200. */
  get(): Promise<Buffer>;
  close(): void;
}

const headEnd = Buffer.from('\r\n\r\n');

/** `headers`: name and value each. */
export async function connectKeepAlive(
  url: URL,
  headers: readonly (readonly [string, string])[],
): Promise<KeepAlive> {
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
  await once(socket, 'connect');
  const lines = [`GET ${url.pathname} HTTP/1.1`, `host: ${url.host}`];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  const request = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  let waiting: PromiseWithResolvers<Buffer> | undefined;
  let came: Buffer[] = [];
  let bytes = 0;
  /** Of head and body together, once the head is there. */
  let wanted: { readonly head: number; readonly all: number } | undefined;

  socket.on('data', (piece: Buffer) => {
    came.push(piece);
    bytes += piece.byteLength;
    try {
      wanted ??= lengthsOf(came.length === 1 ? piece : Buffer.concat(came));
      if (wanted === undefined || bytes < wanted.all) return;
      if (bytes > wanted.all) throw new Error('more came than was asked for');
      waiting?.resolve(Buffer.concat(came).subarray(wanted.head));
    } catch (error) {
      waiting?.reject(error);
    }
    came = [];
    bytes = 0;
    wanted = undefined;
  });
  socket.on('error', (error) => waiting?.reject(error));
  socket.on('close', () => waiting?.reject(new Error('the connection was closed')));
  return {
    get() {
      waiting = Promise.withResolvers<Buffer>();
      socket.write(request);
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
}

function lengthsOf(bytes: Buffer): { head: number; all: number } | undefined {
  const end = bytes.indexOf(headEnd);
  if (end === -1) return undefined;
  const text = bytes.toString('latin1', 0, end);
  const length = /^content-length: (\d+)$/im.exec(text)?.[1];
  if (!text.startsWith('HTTP/1.1 200 ') || length === undefined) throw new Error(text);
  const head = end + headEnd.byteLength;
  return { head, all: head + Number(length) };
}
