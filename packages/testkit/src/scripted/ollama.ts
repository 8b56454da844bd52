/**
 * A server that speaks Ollama's API over HTTP and answers what a test wrote down. It refuses requests
 * that a real server would not understand, and sends its streams in pieces that fit no line.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as soon } from 'node:timers/promises';
import { z } from 'zod';

export type Reply =
  | {
      readonly kind: 'answer';
      readonly content?: string;
      readonly thinking?: string;
      readonly calls?: readonly { readonly name: string; readonly arguments: unknown }[];
      /** Null: the server does not count. */
      readonly read?: number | null;
      readonly written?: number | null;
      readonly reason?: 'stop' | 'length';
    }
  /** Bytes as they are, after a good beginning; then the end, a broken connection, or nothing more. */
  | { readonly kind: 'raw'; readonly text: string; readonly after: 'end' | 'break' | 'wait' }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body: string;
      readonly type?: string;
    }
  /** Not even a header. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'flood' };

export interface ScriptedModel {
  readonly name: string;
  readonly contextTokens?: number;
  readonly tools?: boolean;
  readonly loaded?: boolean;
}

const ChatRequest = z.object({
  model: z.string(),
  stream: z.literal(true),
  messages: z.array(
    z.discriminatedUnion('role', [
      z.object({ role: z.enum(['system', 'user']), content: z.string() }),
      z.object({
        role: z.literal('assistant'),
        content: z.string(),
        thinking: z.string().optional(),
        tool_calls: z
          .array(
            z.object({
              function: z.object({
                name: z.string(),
                arguments: z.record(z.string(), z.unknown()),
              }),
            }),
          )
          .optional(),
      }),
      z.object({ role: z.literal('tool'), content: z.string(), tool_name: z.string() }),
    ]),
  ),
  tools: z.array(
    z.object({
      type: z.literal('function'),
      function: z.object({
        name: z.string(),
        description: z.string(),
        parameters: z.object({
          type: z.literal('object'),
          required: z.array(z.string()).optional(),
          properties: z.record(z.string(), z.looseObject({ type: z.string() })),
        }),
      }),
    }),
  ),
  options: z.object({ num_ctx: z.int(), num_predict: z.int().min(1) }),
});
export type ChatRequest = z.infer<typeof ChatRequest>;

export interface ScriptedOllama {
  readonly url: string;
  /** What the server says that it has; a test may change it. */
  models: readonly ScriptedModel[];
  /** Of every chat that came, the oldest first. */
  readonly chats: readonly ChatRequest[];
  /** Headers of every request. */
  readonly headers: readonly IncomingMessage['headers'][];
  /** `GET /api/tags` and the like, in order. */
  readonly asked: readonly string[];
  /** Chats whose connection stands. */
  open(): number;
  /** Everything but chats is answered with this. */
  broken: { readonly status: number; readonly body: string } | null;
  /** Nothing but chats is answered. */
  silent: boolean;
  close(): Promise<void>;
}

export type Script = (request: ChatRequest, index: number) => Reply;

/** Answers in this order; asked for more, the server fails. */
export function inOrder(...replies: readonly Reply[]): Script {
  const over: Reply = { kind: 'status', status: 500, body: '{"error":"the script is over"}' };
  return (_, index) => replies[index] ?? over;
}

export async function startScriptedOllama(
  script: Script,
  models: readonly ScriptedModel[],
): Promise<ScriptedOllama> {
  const chats: ChatRequest[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const asked: string[] = [];
  let open = 0;
  const server = createServer((request, response) => {
    headers.push(request.headers);
    asked.push(`${request.method} ${request.url}`);
    void textOf(request).then((body) => handle(`${request.method} ${request.url}`, body, response));
  });
  const state: ScriptedOllama = {
    url: '',
    models,
    chats,
    headers,
    asked,
    broken: null,
    silent: false,
    open: () => open,
    async close() {
      server.closeAllConnections();
      // Closing what is closed is no trouble here.
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function handle(what: string, body: string, response: ServerResponse) {
    if (what === 'POST /api/chat') {
      open += 1;
      response.on('close', () => (open -= 1));
      return chat(body, response);
    }
    if (state.silent) return;
    if (state.broken !== null) return end(response, state.broken.status, state.broken.body);
    if (what === 'GET /api/tags') return json(response, { models: state.models.map(tagOf) });
    if (what === 'GET /api/ps') {
      return json(response, { models: state.models.filter(({ loaded }) => loaded).map(tagOf) });
    }
    const model = state.models.find(({ name }) => name === JSON.parse(body || '{}').model);
    if (what !== 'POST /api/show' || model === undefined) {
      return end(response, 404, '{"error":"not found"}');
    }
    return json(response, shown(model));
  }

  function chat(body: string, response: ServerResponse) {
    const parsed = ChatRequest.safeParse(JSON.parse(body));
    if (!parsed.success) return end(response, 400, JSON.stringify({ error: parsed.error.message }));
    const { model } = parsed.data;
    chats.push(parsed.data);
    const known = state.models.some(({ name }) => name === model || name === `${model}:latest`);
    const missing = JSON.stringify({ error: `model '${model}' not found` });
    if (!known) return end(response, 404, missing);
    return answer(script(parsed.data, chats.length - 1), model, response);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, { url: `http://127.0.0.1:${port}` });
}

async function answer(reply: Reply, model: string, response: ServerResponse): Promise<void> {
  switch (reply.kind) {
    case 'silence':
      return;
    case 'status':
      return end(response, reply.status, reply.body, reply.type);
    case 'flood':
      return flood(model, response);
    case 'raw':
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      await inPieces(line(model, { content: 'I ' }) + reply.text, response);
      if (reply.after === 'end') response.end();
      if (reply.after === 'break') response.destroy();
      return;
    case 'answer':
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      await inPieces(linesOf(reply, model), response);
      response.end();
  }
}

function linesOf(reply: Reply & { kind: 'answer' }, model: string): string {
  const { content = '', thinking = '', calls = [], read = 100, written = 10 } = reply;
  const words = content.split(/(?<= )/);
  const last = {
    model,
    created_at: '1970-01-01T00:00:00.000Z',
    message: { role: 'assistant', content: '' },
    done: true,
    done_reason: reply.reason ?? 'stop',
    total_duration: 1,
    ...(read === null ? {} : { prompt_eval_count: read }),
    ...(written === null ? {} : { eval_count: written }),
  };
  return [
    ...(thinking === '' ? [] : [line(model, { content: '', thinking })]),
    ...words.map((word) => line(model, { content: word })),
    ...calls.map((call) => line(model, { content: '', tool_calls: [{ function: call }] })),
    `${JSON.stringify(last)}\n`,
  ].join('');
}

function line(model: string, message: Record<string, unknown>): string {
  const created_at = '1970-01-01T00:00:00.000Z';
  return `${JSON.stringify({ model, created_at, message: { role: 'assistant', ...message }, done: false })}\n`;
}

/** In the middle of lines and of characters. */
async function inPieces(text: string, response: ServerResponse): Promise<void> {
  const bytes = Buffer.from(text);
  const sizes = [1, 50, 3, 211, 7, 1024, 13];
  for (let at = 0, turn = 0; at < bytes.length && !response.destroyed; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    response.write(bytes.subarray(at, at + size));
    at += size;
    await soon();
  }
}

async function flood(model: string, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const words = line(model, { content: 'and so on ' }).repeat(100);
  while (!response.destroyed) {
    response.write(words);
    await soon();
  }
}

function tagOf({ name }: ScriptedModel) {
  return {
    name,
    model: name,
    modified_at: '2026-01-01T00:00:00Z',
    size: 4_700_000_000,
    digest: `sha256:${name}`,
    details: { format: 'gguf', family: 'qwen2', parameter_size: '7.6B' },
  };
}

function shown({ contextTokens, tools = true }: ScriptedModel) {
  return {
    details: { family: 'qwen2' },
    model_info: {
      'general.architecture': 'qwen2',
      ...(contextTokens === undefined ? {} : { 'qwen2.context_length': contextTokens }),
    },
    capabilities: tools ? ['completion', 'tools'] : ['embedding'],
  };
}

function json(response: ServerResponse, value: unknown): void {
  end(response, 200, JSON.stringify(value));
}

function end(response: ServerResponse, status: number, body: string, type = 'application/json') {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
