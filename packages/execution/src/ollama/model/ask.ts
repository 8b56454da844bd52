/** One question to a model, one answer, by the official client and over a stream. */
import { type ChatRequest, Ollama } from 'ollama/browser';
import { z } from 'zod';
import type { OllamaSettings } from '../options.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { ModelFailure } from './failure.ts';

export interface Call {
  readonly name: string;
  /** As the model wrote them; nothing about them is sure. */
  readonly args: unknown;
}

export interface Answer {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly Call[];
  /** The server ended it, since it came to the longest that was allowed. */
  readonly cutShort: boolean;
  /** Null: the server did not count. */
  readonly tokensRead: number | null;
  readonly tokensWritten: number | null;
}

const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
const Chunk = z.object({
  message: z
    .object({
      content: Text,
      thinking: Text,
      tool_calls: z
        .array(z.object({ function: z.object({ name: z.string(), arguments: z.unknown() }) }))
        .nullish(),
    })
    .optional(),
  done_reason: z.string().nullish(),
  prompt_eval_count: z.int().min(0).nullish(),
  eval_count: z.int().min(0).nullish(),
});
type Chunk = z.infer<typeof Chunk>;

/** Throws `ModelFailure`, and the reason of `signal` when that is aborted. */
export async function ask(
  settings: Pick<OllamaSettings, 'url' | 'headers' | 'stallMs' | 'answerBytesMax'> & {
    /** Told each part of the answer. */
    readonly onSign: () => void;
  },
  request: ChatRequest,
  signal: AbortSignal,
): Promise<Answer> {
  const { url, headers, stallMs, answerBytesMax: bytesMax, onSign } = settings;
  const over = new AbortController();
  const fetch = boundedFetch({
    signal: AbortSignal.any([signal, over.signal]),
    stallMs,
    bytesMax,
    answer: 'lines',
  });
  const client = new Ollama({ host: url, headers: { ...headers }, fetch });
  try {
    const chunks: Chunk[] = [];
    for await (const chunk of await client.chat({ ...request, stream: true })) {
      onSign();
      const parsed = Chunk.safeParse(chunk);
      if (!parsed.success) throw new ModelFailure('next', 'the server sent no part of an answer');
      chunks.push(parsed.data);
    }
    return joined(chunks);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    // Whatever the client left open of this request ends here.
    over.abort();
  }
}

function joined(chunks: readonly Chunk[]): Answer {
  const messages = chunks.flatMap(({ message }) => message ?? []);
  const calls = messages.flatMap((message) => message.tool_calls ?? []);
  const last = chunks.at(-1);
  return {
    text: messages.map(({ content }) => content).join(''),
    thinking: messages.map(({ thinking }) => thinking).join(''),
    calls: calls.map((call) => ({ name: call.function.name, args: call.function.arguments })),
    cutShort: last?.done_reason === 'length',
    tokensRead: last?.prompt_eval_count ?? null,
    tokensWritten: last?.eval_count ?? null,
  };
}
