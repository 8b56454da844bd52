/**
 * One request to Vault over its HTTP API. `node:https` and not `fetch`, since Vault mostly has a certificate
 * of a house's own, which is given for its requests alone.
 */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { z } from 'zod';
import { shownWords } from './words.ts';

export interface VaultPlace {
  readonly url: string;
  readonly namespace?: string | undefined;
  /** PEM; default: what the system trusts. */
  readonly ca?: string | undefined;
}

export interface VaultRequest {
  readonly method: 'GET' | 'POST';
  /** Below `/v1/`. */
  readonly path: string;
  readonly token?: string | undefined;
  readonly body?: object;
  readonly signal: AbortSignal;
}

export interface VaultAnswer {
  readonly status: number;
  readonly body: unknown;
  /** What Vault says is wrong; empty: nothing. */
  readonly errors: string;
}

const requestMsMax = 10_000;
const answerBytesMax = 1024 * 1024;

/** Throws `vault_unreachable`, `vault_sealed`, `vault_invalid_answer`; other statuses are answers. */
export async function exchange(place: VaultPlace, request: VaultRequest): Promise<VaultAnswer> {
  const answer = await send(place, request);
  const said = shownWords(Errors.safeParse(answer.body).data?.errors.join('; ') ?? '', request);
  const errors = said === '' ? `${answer.status}` : `${answer.status} ${said}`;
  const { status } = answer;
  if (status === 503) throw new BzzzError('vault_sealed', `answers ${errors}`);
  if (status >= 500 || status === 429) {
    throw new BzzzError('vault_unreachable', `answers ${errors}`);
  }
  if (status >= 300 && status < 400) {
    const reason = `answers ${status}: this node sends elsewhere, so name the active one or a load balancer`;
    throw new BzzzError('vault_unreachable', reason);
  }
  return { ...answer, errors };
}

const Errors = z.object({ errors: z.array(z.string()) });

async function send(place: VaultPlace, { method, path, token, body, signal }: VaultRequest) {
  const url = new URL(`v1/${path}`, place.url.endsWith('/') ? place.url : `${place.url}/`);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const timeout = AbortSignal.timeout(requestMsMax);
  const options = {
    method,
    signal: AbortSignal.any([signal, timeout]),
    // A connection of its own: minutes pass until the next.
    agent: false as const,
    headers: {
      'x-vault-request': 'true',
      ...(place.namespace === undefined ? {} : { 'x-vault-namespace': place.namespace }),
      ...(token === undefined ? {} : { 'x-vault-token': token }),
      ...(text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    },
    ...(place.ca === undefined ? {} : { ca: place.ca }),
  };
  try {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const start = url.protocol === 'https:' ? requestHttps : requestHttp;
    start(url, options, resolve).on('error', reject).end(text);
    const response = await promise;
    return { status: response.statusCode ?? 0, body: jsonOf(await wholeOf(response)) };
  } catch (error) {
    if (signal.aborted) throw new BzzzError('aborted', 'cancelled', { cause: error });
    const why = timeout.aborted ? `no answer in ${requestMsMax} ms` : networkReason(error);
    throw new BzzzError('vault_unreachable', why, { cause: error });
  }
}

async function wholeOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    // Reason for the cast: without an encoding the stream gives buffers.
    const part = chunk as Buffer;
    bytes += part.byteLength;
    if (bytes > answerBytesMax) throw new Error(`more than ${answerBytesMax} bytes`);
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}

function jsonOf(bytes: Buffer): unknown {
  if (bytes.byteLength === 0) return null;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Where a name has several addresses, each has a reason. */
function networkReason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return reasonOf(error);
}
