/**
 * The one way from a sandbox to a model API. A tool gets a socket and a pass that is good for this run
 * alone; what it asks for must be a request that its API needs, goes to the one configured root, and only
 * here gets the operator's key. Every bound is counted here, where the tool cannot reach.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { isBzzzError } from '@bzzz/protocol';
import type { ApiRequest, ModelApi } from './apis.ts';
import { createForwarder } from './forward.ts';
import type { Fields } from './bounds.ts';
import { inspect } from './inspect.ts';
import { createMeter } from './meter.ts';
import { createQuestions, type QuestionLimits } from './questions.ts';
import { ProxyRefusal } from './refusal.ts';
import type { Usage } from './usage.ts';

export interface ProxyOptions {
  readonly api: ModelApi;
  /** Root of the API, in place of the usual one. */
  readonly url: string;
  /** Asked for each request; null: the server wants none. Throws a `BzzzError`. */
  readonly key: () => Promise<string | null>;
  /** What the tool takes for the key. */
  readonly pass: string;
  readonly limits: ProxyLimits;
  /** Told that something came from either side. */
  readonly onSign?: (() => void) | undefined;
  /** Told that answers are known to have taken more than before. */
  readonly onSeen?: () => void;
  /** Whether the tool stands still: then it is not the server from which nothing comes. */
  readonly rests?: () => boolean;
}

export interface ProxyLimits extends QuestionLimits {
  readonly answersMax: number;
  /** One request. */
  readonly requestBytesMax: number;
  /** All requests and all answers of the run. */
  readonly totalBytesMax: number;
  /** A server from which nothing comes for so long is given up. */
  readonly stallMs: number;
}

export interface Proxy {
  /** Answers that a model was asked for. */
  readonly answers: number;
  /** Answers that the API began to give. */
  readonly answered: number;
  /** Tokens of all answers, by what the API told in them. */
  readonly seen: Usage;
  /** Models that it asked and may not, for people. */
  readonly refusals: ReadonlySet<string>;
  /** Why nothing more is let through, or the last request was not; null: nothing was in the way. */
  readonly objection: string | null;
  /** Listens on a socket that everybody may use who can reach it. */
  listen(path: string): Promise<void>;
  close(): Promise<void>;
}

export function createProxy(options: ProxyOptions): Proxy {
  const { api, limits, onSign, rests = () => false } = options;
  const root = new URL(options.url);
  const meter = createMeter(limits, onSign);
  const { stallMs } = limits;
  const questions = createQuestions(api.name, limits, options.onSeen);
  const forwarder = createForwarder({ api, root, stallMs, rests, passing: meter.passing });
  let answers = 0;
  let answered = 0;
  let objection: string | null = null;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = new URL(request.url ?? '/', 'http://proxy.invalid');
    const { isAnswer } = known(api, request.method, asked);
    if (!hasPass(request, options)) throw new ProxyRefusal(401, 'this is not the pass of this run');
    const question = inspected(api, request.method, await meter.read(request));
    if (isAnswer && answers >= limits.answersMax) {
      throw new ProxyRefusal(403, `it had ${limits.answersMax} answers and was not done`);
    }
    const asking = isAnswer ? questions.ask(asked.pathname, question ?? {}) : null;
    try {
      if (isAnswer) answers += 1;
      const key = await options.key().catch((error: unknown) => {
        if (!isBzzzError(error)) throw error;
        throw new ProxyRefusal(502, `the key of the model API cannot be read: ${error.reason}`);
      });
      const body = asking?.body ?? Buffer.from(question === null ? '' : JSON.stringify(question));
      const onAnswer = (contentType: string) => {
        if (isAnswer) answered += 1;
        return asking?.watch(contentType) ?? new PassThrough();
      };
      const onSent = () => asking?.sent();
      const onComplaint = () => asking?.refused();
      await forwarder.forward(request, response, {
        asked,
        key,
        body,
        onSent,
        onComplaint,
        onAnswer,
      });
    } finally {
      asking?.end();
    }
  }

  const server = createServer(
    { requestTimeout: 0, maxHeaderSize: 32 * 1024 },
    (request, response) => {
      handle(request, response).catch((error: unknown) => {
        const { status, message } =
          error instanceof ProxyRefusal ? error : new ProxyRefusal(500, 'the proxy failed');
        objection = message;
        refuse(request, response, status, message);
      });
    },
  );
  // Each may hold a whole request in memory.
  server.maxConnections = 16;
  return {
    get answers() {
      return answers;
    },
    get answered() {
      return answered;
    },
    get seen() {
      return questions.seen;
    },
    refusals: questions.refusals,
    get objection() {
      return objection;
    },
    listen: (path) => listening(server, path),
    async close() {
      forwarder.close();
      server.closeAllConnections();
      if (!server.listening) return;
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function known(api: ModelApi, method: string | undefined, { pathname }: URL): ApiRequest {
  const request = api.requests.find((one) => one.method === method && one.path.test(pathname));
  if (request !== undefined) return request;
  throw new ProxyRefusal(403, 'this request is not one that the model API is needed for');
}

/** Null: it is none. */
function inspected({ name }: ModelApi, method: string | undefined, body: Buffer): Fields | null {
  if (method === 'GET') return null;
  const found = inspect(name, body);
  if (found.kind === 'refused') throw new ProxyRefusal(403, found.reason);
  return found.question;
}

/** In the header of the key, as the tool would send the key itself. */
function hasPass(request: IncomingMessage, { api, pass }: ProxyOptions): boolean {
  const { header, prefix } = api.key;
  const told = request.headers[header];
  return typeof told === 'string' && timingSafeEqual(digest(told), digest(`${prefix}${pass}`));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  message: string,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // What still comes of the request is not waited for.
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ error: { type: 'bzzz', message } }), () => request.destroy());
}

async function listening(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ path, readableAll: true, writableAll: true }, resolve);
  await promise;
}
