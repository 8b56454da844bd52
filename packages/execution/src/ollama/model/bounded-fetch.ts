/**
 * How the official client reaches a server. By itself it reads without a limit, prints what it cannot
 * parse to the console, and tells all failures alike; behind this fetch it sees answers that are
 * well-formed and of a bounded size, and everything else is a `ModelFailure`.
 */
import { reasonOf } from '@bzzz/protocol';
import { z } from 'zod';
import { oneLine } from '../../prompt/one-line.ts';
import { ModelFailure } from './failure.ts';
import { objectLines } from './object-lines.ts';

export interface FetchLimits {
  /** Ends the request at whatever stage. */
  readonly signal: AbortSignal;
  readonly stallMs: number;
  readonly bytesMax: number;
  /** `lines`: a stream of JSON objects, one a line, the last of which is `done`. */
  readonly answer: 'json' | 'lines';
}

const errorBytesMax = 16 * 1024;

export function boundedFetch(limits: FetchLimits): typeof fetch {
  return async (input, init) => {
    const stall = watchForStall(limits.stallMs);
    const signal = AbortSignal.any([limits.signal, stall.signal]);
    // Who gives up an answer in its middle never comes to the end of the loop below.
    limits.signal.addEventListener('abort', () => stall.end(), { once: true });
    try {
      const response = await fetch(input, { ...init, signal, redirect: 'error' });
      stall.sign();
      if (!response.ok) throw await refusal(response);
      const bytes = boundedBytes(response, { bytesMax: limits.bytesMax, stall, signal });
      const body = limits.answer === 'lines' ? objectLines(bytes) : bytes;
      return new Response(ReadableStream.from(body), { headers: response.headers });
    } catch (error) {
      stall.end();
      throw failureOf(error, signal, 'next', 'the server cannot be reached');
    }
  };
}

interface StallWatch {
  readonly signal: AbortSignal;
  /** Something came. */
  sign(): void;
  end(): void;
}

function watchForStall(stallMs: number): StallWatch {
  const controller = new AbortController();
  const reason = new ModelFailure('next', `nothing came from the server for ${stallMs} ms`);
  const timer = setTimeout(() => controller.abort(reason), stallMs);
  return {
    signal: controller.signal,
    sign: () => void timer.refresh(),
    end: () => clearTimeout(timer),
  };
}

async function* boundedBytes(
  response: Response,
  { bytesMax, stall, signal }: { bytesMax: number; stall: StallWatch; signal: AbortSignal },
) {
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      stall.sign();
      bytes += chunk.byteLength;
      if (bytes > bytesMax) {
        throw new ModelFailure('next', `the answer is longer than ${bytesMax} bytes`);
      }
      yield chunk;
    }
  } catch (error) {
    throw failureOf(error, signal, 'again', 'the answer was cut off');
  } finally {
    stall.end();
  }
}

/** What an abort stands for is its reason; whatever fetch itself says of it is beside the point. */
function failureOf(
  error: unknown,
  signal: AbortSignal,
  remedy: ModelFailure['remedy'],
  what: string,
): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ModelFailure) return error;
  const inner = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return new ModelFailure(remedy, `${what}: ${oneLine(reasonOf(inner))}`, { cause: error });
}

const ErrorBody = z.object({ error: z.string() });

async function refusal(response: Response): Promise<ModelFailure> {
  const { status } = response;
  const said = oneLine(errorTextOf(await startOf(response)));
  return new ModelFailure(remedyOf(status), `the server answered ${status}: ${said}`);
}

/** 400, 413 and 422 are about what was asked, which no other model would take either. */
function remedyOf(status: number): ModelFailure['remedy'] {
  return [400, 413, 422].includes(status) ? 'none' : 'next';
}

async function startOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > errorBytesMax) break;
  }
  return Buffer.concat(chunks).subarray(0, errorBytesMax).toString('utf8');
}

function errorTextOf(body: string): string {
  try {
    const parsed = ErrorBody.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data.error : body;
  } catch (error) {
    // Proxies answer with pages.
    if (error instanceof SyntaxError) return body;
    throw error;
  }
}
