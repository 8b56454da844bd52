/** Sends one request on to the model API, with another key, and its answer back. */
import {
  Agent as HttpAgent,
  type IncomingMessage,
  request as http,
  type ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, request as https } from 'node:https';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { reasonOf } from '@bzzz/protocol';
import { oneLine } from '../../prompt/one-line.ts';
import type { ModelApi } from './apis.ts';
import { ProxyRefusal } from './refusal.ts';

export interface Forwarder {
  /** Throws `ProxyRefusal`. */
  forward(request: IncomingMessage, response: ServerResponse, to: Onward): Promise<void>;
  close(): void;
}

interface Onward {
  readonly asked: URL;
  readonly key: string | null;
  readonly body: Buffer;
  /** All of it went out to the API. */
  readonly onSent: () => void;
  /** It complains, and then does no work. */
  readonly onComplaint: () => void;
  /** It is no complaint. What it goes through on its way back. */
  readonly onAnswer: (contentType: string) => Transform;
}

/** Of a request; all that carries a credential is left out, and then the key is set. */
const passedOn = new Set(['accept', 'content-type', 'user-agent']);
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
  stallMs,
  rests,
  passing,
}: {
  api: ModelApi;
  root: URL;
  stallMs: number;
  /** Whether whoever asks stands still. */
  rests: () => boolean;
  /** What an answer goes through. */
  passing: () => Transform;
}): Forwarder {
  const secure = root.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });

  function open(request: IncomingMessage, { asked, key, body }: Onward) {
    const path = `${root.pathname.replace(/\/+$/, '')}${asked.pathname}${queryOf(asked)}`;
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) {
      const wanted = passedOn.has(name) || passedOnPrefixes.some((start) => name.startsWith(start));
      if (wanted && typeof value === 'string') headers[name] = value;
    }
    if (request.method !== 'GET') headers['content-length'] = String(body.byteLength);
    // What is packed could not be looked through for the key.
    headers['accept-encoding'] = 'identity';
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
      onward.once('finish', to.onSent);
      onward.setTimeout(stallMs, () => {
        if (!rests()) onward.destroy(new Error(`nothing came for ${stallMs} ms`));
      });
      // Whoever asked has gone: nobody wants the answer.
      response.once('close', () => onward.destroy());
      try {
        onward.end(to.body);
        const answer = await answered.promise;
        if ((answer.statusCode ?? 502) >= 400) {
          to.onComplaint();
          return await complain(answer, response, to.key);
        }
        const watching = to.onAnswer(answer.headers['content-type'] ?? '');
        response.writeHead(answer.statusCode ?? 502, headersOf(answer));
        await pipeline(answer, passing(), watching, response);
      } catch (error) {
        if (error instanceof ProxyRefusal) throw error;
        const reason = `the model API did not answer: ${oneLine(reasonOf(error))}`;
        throw new ProxyRefusal(502, reason, { cause: error });
      }
    },
    close: () => agent.destroy(),
  };
}

const complaintBytesMax = 64 * 1024;

/** A server that complains of a key may repeat it. */
async function complain(
  answer: IncomingMessage,
  response: ServerResponse,
  key: string | null,
): Promise<void> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    // An answer without an encoding gives bytes.
    const part = chunk as Buffer;
    bytes += part.byteLength;
    if (bytes > complaintBytesMax) break;
    chunks.push(part);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const { 'content-length': _, ...headers } = headersOf(answer);
  response.writeHead(answer.statusCode ?? 502, headers);
  response.end(key === null ? text : text.replaceAll(key, '(key)'));
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
