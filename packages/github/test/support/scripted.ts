/** An HTTP server that answers what the test says: for answers that no sound forge would give. */
import { createServer } from 'node:http';

interface ScriptedRequest {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** Of a GET: empty. */
  readonly body: string;
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
  /** `cut`: the connection ends without an answer, or after half of the body. */
  readonly end?: 'cut' | 'silence' | 'half';
}

export interface ScriptedServer {
  readonly url: string;
  answer: (request: ScriptedRequest) => ScriptedAnswer;
  readonly requests: ScriptedRequest[];
  close(): Promise<void>;
}

export async function startScripted(): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = [];
  const server = createServer((incoming, response) => {
    const sent = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      authorization: incoming.headers.authorization,
      ifNoneMatch: incoming.headers['if-none-match'],
    };
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = { ...sent, body: Buffer.concat(chunks).toString() };
      requests.push(request);
      const { status = 200, headers = {}, body = {}, end } = self.answer(request);
      if (end === 'silence') return;
      if (end === 'cut') {
        incoming.socket.destroy();
        return;
      }
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
      if (end !== 'half') {
        response.end(status === 304 ? undefined : text);
        return;
      }
      response.write(text.slice(0, text.length / 2), () => incoming.socket.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const self: ScriptedServer = {
    url: `http://127.0.0.1:${address.port}`,
    answer: () => ({ status: 500 }),
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
}
