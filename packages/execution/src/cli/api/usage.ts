/**
 * What the answers of a model API say that they took. The API tells it in the answer itself: as a field of
 * a whole one, in events of a streamed one, where what comes later in the stream counts all before it.
 */
import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import type { ApiName } from './apis.ts';

export interface Usage {
  readonly read: number;
  readonly written: number;
}

export interface UsageReader {
  add(chunk: Buffer): void;
  /** Null: it told nothing, or not yet. */
  told(): Usage | null;
  /** Bytes so far, and whether they are a stream of events. */
  readonly bytes: number;
  readonly isStream: boolean;
}

/** A longer line, or a longer whole answer, is not looked into. */
const textCharsMax = 8 * 1024 * 1024;

export function createUsageReader(api: ApiName, contentType: string): UsageReader {
  const decoder = new StringDecoder('utf8');
  const isStream = contentType.includes('event-stream');
  let text = '';
  let bytes = 0;
  let isTooLong = false;
  let found: Usage | null = null;

  function look(json: string): void {
    const usage = json.includes('sage') ? usageIn(api, json) : null;
    if (usage === null) return;
    found = {
      read: Math.max(found?.read ?? 0, usage.read),
      written: Math.max(found?.written ?? 0, usage.written),
    };
  }

  function lines(): void {
    const parts = text.split('\n');
    text = parts.pop() ?? '';
    for (const line of parts) {
      if (!isTooLong && line.startsWith('data:')) look(line.slice('data:'.length));
      isTooLong = false;
    }
  }

  return {
    isStream,
    get bytes() {
      return bytes;
    },
    add(chunk) {
      bytes += chunk.byteLength;
      if (isTooLong && !isStream) return;
      text += decoder.write(chunk);
      if (isStream) lines();
      if (text.length <= textCharsMax) return;
      isTooLong = true;
      text = '';
    },
    told() {
      const rest = isStream ? text.replace(/^data:/, '') : text;
      if (!isTooLong) look(rest);
      return found;
    },
  };
}

const Count = z.int().min(0).max(1e12).nullish().catch(undefined);
const Counted = z.object({
  input_tokens: Count,
  cache_creation_input_tokens: Count,
  cache_read_input_tokens: Count,
  output_tokens: Count,
  prompt_tokens: Count,
  completion_tokens: Count,
  promptTokenCount: Count,
  toolUsePromptTokenCount: Count,
  candidatesTokenCount: Count,
  thoughtsTokenCount: Count,
});
const usage = Counted.nullish().catch(undefined);
const inside = z.object({ usage }).nullish().catch(undefined);
/** `message`: how Anthropic's stream begins; `response`: how that of OpenAI's responses ends. */
const Told = z.object({ usage, message: inside, response: inside, usageMetadata: usage });

function usageIn(api: ApiName, json: string): Usage | null {
  const all = wholeOf(json).flatMap((one) => {
    const told = Told.safeParse(one).data;
    return [told?.usage, told?.message?.usage, told?.response?.usage, told?.usageMetadata];
  });
  const counted = all.flatMap((one) => one ?? []).map((one) => take(api, one));
  if (counted.length === 0) return null;
  return {
    read: Math.max(...counted.map(({ read }) => read)),
    written: Math.max(...counted.map(({ written }) => written)),
  };
}

/** Gemini streams a list where nobody asked for events. Nothing, where it is cut off. */
function wholeOf(json: string): unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [value];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** What comes from a cache is read, too; OpenAI and Gemini count it among what is read. */
function take(api: ApiName, told: z.infer<typeof Counted>): Usage {
  const sum = (...counts: (number | null | undefined)[]) =>
    counts.reduce<number>((total, count) => total + (count ?? 0), 0);
  switch (api) {
    case 'anthropic':
      return {
        read: sum(
          told.input_tokens,
          told.cache_creation_input_tokens,
          told.cache_read_input_tokens,
        ),
        written: sum(told.output_tokens),
      };
    case 'openai':
      return {
        read: sum(told.input_tokens ?? told.prompt_tokens),
        written: sum(told.output_tokens ?? told.completion_tokens),
      };
    case 'gemini':
      return {
        read: sum(told.promptTokenCount, told.toolUsePromptTokenCount),
        written: sum(told.candidatesTokenCount, told.thoughtsTokenCount),
      };
  }
}
