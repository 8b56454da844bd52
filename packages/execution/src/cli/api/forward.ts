/** Sends one request on to the model API, with another key, and its answer back, all within bounds. */
import {
  Agent as HttpAgent,
  type IncomingMessage,
  request as http,
  type ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, request as https } from 'node:https';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { reasonOf } from '@bzzz/protocol';
import { oneLine } from '../../prompt/one-line.ts';
import type { ModelApi } from './apis.ts';
import type { ProxyLimits } from './proxy.ts';
import { ProxyRefusal } from './refusal.ts';

export interface Forwarder {
  /** Throws `ProxyRefusal`. */
  forward(
    request: IncomingMessage,
    response: ServerResponse,
    to: { asked: URL; key: string | null },
  ): Promise<void>;
  close(): void;
}

/** Of a request; all that carries a credential is left out, and then the key is set. */
const passedOn = new Set(['accept', 'content-type', 'content-length', 'user-agent']);
const passedOnPrefixes = ['anthropic-', 'openai-', 'x-goog-api-client', 'x-stainless-'];
/** Of an answer. */
const passedBack = [
  'content-type',
  'content-length',
  'content-encoding',
  'retry-after',
  'x-request-id',
  'request-id',
];

export function createForwarder({
  api,
  root,
  limits,
}: {
  api: ModelApi;
  root: URL;
  limits: ProxyLimits;
}): Forwarder {
  const secure = root.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  let totalBytes = 0;

  /** Passes bytes and counts them; over a bound it fails. */
  function counter(bytesMax: number): Transform {
    let bytes = 0;
    return new Transform({
      transform(chunk: Buffer, _, done) {
        bytes += chunk.byteLength;
        totalBytes += chunk.byteLength;
        if (bytes > bytesMax) done(new ProxyRefusal(413, `a request has over ${bytesMax} bytes`));
        else if (totalBytes > limits.totalBytesMax) {
          done(
            new ProxyRefusal(
              403,
              `its ${limits.totalBytesMax} bytes to and from the model are used up`,
            ),
          );
        } else done(null, chunk);
      },
    });
  }

  function open(request: IncomingMessage, { asked, key }: { asked: URL; key: string | null }) {
    const path = `${root.pathname.replace(/\/+$/, '')}${asked.pathname}${queryOf(asked)}`;
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) {
      const wanted = passedOn.has(name) || passedOnPrefixes.some((start) => name.startsWith(start));
      if (wanted && typeof value === 'string') headers[name] = value;
    }
    if (key !== null) headers[api.key.header] = `${api.key.prefix}${key}`;
    const options = { method: request.method, path, headers, agent };
    const { hostname, port } = root;
    const where = { hostname: hostname.replaceAll(/[[\]]/g, ''), ...(port === '' ? {} : { port }) };
    return (secure ? https : http)({ ...options, ...where });
  }

  return {
    async forward(request, response, to) {
      const onward = open(request, to);
      const answered = Promise.withResolvers<IncomingMessage>();
      onward.once('response', answered.resolve);
      onward.once('error', answered.reject);
      onward.setTimeout(limits.stallMs, () =>
        onward.destroy(new Error(`nothing came for ${limits.stallMs} ms`)),
      );
      // Whoever asked has gone: nobody wants the answer.
      response.once('close', () => onward.destroy());
      try {
        const sent = pipeline(request, counter(limits.requestBytesMax), onward);
        const answer = await Promise.race([answered.promise, sent.then(() => answered.promise)]);
        response.writeHead(answer.statusCode ?? 502, headersOf(answer));
        await pipeline(answer, counter(Number.POSITIVE_INFINITY), response);
        await sent;
      } catch (error) {
        if (error instanceof ProxyRefusal) throw error;
        const reason = `the model API did not answer: ${oneLine(reasonOf(error))}`;
        throw new ProxyRefusal(502, reason, { cause: error });
      }
    },
    close: () => agent.destroy(),
  };
}

/** A key could stand there, too. */
function queryOf({ searchParams }: URL): string {
  const passed = new URLSearchParams(searchParams);
  passed.delete('key');
  passed.delete('access_token');
  const text = passed.toString();
  return text === '' ? '' : `?${text}`;
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const told = passedBack.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(told);
}
