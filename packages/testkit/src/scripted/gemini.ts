/**
 * A server that speaks the part of the Gemini API which its command line uses (ai.google.dev/api,
 * `models.generateContent` and `streamGenerateContent`), and answers what a test wrote down. It refuses
 * a request without the key, and one whose calls and results do not match.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

export type GeminiReply =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: Record<string, unknown> };

const Part = z.looseObject({
  text: z.string().optional(),
  functionCall: z.looseObject({ name: z.string() }).optional(),
  functionResponse: z.looseObject({ name: z.string(), response: z.unknown() }).optional(),
});
const GenerateRequest = z.looseObject({
  contents: z.array(z.looseObject({ role: z.string().optional(), parts: z.array(Part) })).min(1),
});
export type GenerateRequest = z.infer<typeof GenerateRequest>;

export interface ScriptedGemini {
  readonly url: string;
  /** Streamed questions with tools, the oldest first: those that the script answers. */
  readonly questions: readonly GenerateRequest[];
  /** `method path key`, of every request. */
  readonly asked: readonly { readonly what: string; readonly key: string | null }[];
  close(): Promise<void>;
}

/** Answers in this order; asked for more, the server fails. */
export async function startScriptedGemini(
  key: string,
  script: readonly GeminiReply[],
): Promise<ScriptedGemini> {
  const questions: GenerateRequest[] = [];
  const asked: { what: string; key: string | null }[] = [];
  const server = createServer((request, response) => {
    const told = request.headers['x-goog-api-key'];
    const given = typeof told === 'string' ? told : null;
    asked.push({ what: `${request.method} ${request.url}`, key: given });
    if (given !== key) return fail(response, 401, 'API key not valid');
    void textOf(request).then((text) => handle(request.url ?? '', text, response));
  });

  function handle(url: string, text: string, response: ServerResponse): void {
    const action = /^\/v1beta\/models\/[^:/]+:(\w+)/.exec(url)?.[1];
    if (action === 'countTokens') return json(response, { totalTokens: 100 });
    const parsed = GenerateRequest.safeParse(JSON.parse(text));
    if (!parsed.success) return fail(response, 400, parsed.error.message);
    // Which model is to answer, and the like: the tool asks that by itself.
    if (action === 'generateContent') {
      const choice = { reasoning: 'simple', model_choice: 'flash' };
      return json(response, answer({ kind: 'text', text: JSON.stringify(choice) }));
    }
    if (action !== 'streamGenerateContent') return fail(response, 404, 'no such method');
    const flaw = flawOf(parsed.data);
    if (flaw !== null) return fail(response, 400, flaw);
    const reply = script[questions.length];
    questions.push(parsed.data);
    if (reply === undefined) return fail(response, 400, 'the script is over');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: ${JSON.stringify(answer(reply))}\r\n\r\n`);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    questions,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Null: as many results as calls, which the real one demands too. */
function flawOf({ contents }: GenerateRequest): string | null {
  for (const [index, { parts }] of contents.entries()) {
    const calls = parts.filter(({ functionCall }) => functionCall !== undefined).length;
    const after = contents[index + 1]?.parts ?? [];
    const results = after.filter(({ functionResponse }) => functionResponse !== undefined).length;
    if (calls === results || calls === 0) continue;
    return 'the number of function response parts is not equal to the number of function call parts';
  }
  return null;
}

function answer(reply: GeminiReply) {
  const part =
    reply.kind === 'text'
      ? { text: reply.text }
      : { functionCall: { name: reply.name, args: reply.args } };
  return {
    candidates: [{ index: 0, content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 10, totalTokenCount: 110 },
  };
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function fail(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { code, message, status: 'FAILED' } }));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
