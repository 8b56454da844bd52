/** A stream of JSON objects, one a line, as the server sends an answer: whole, or a failure. */
import { oneLine } from '../../prompt/one-line.ts';
import { ModelFailure } from './failure.ts';

/** Passes whole lines on. Throws a `ModelFailure` at what is no object, at an error, and at an early end. */
export async function* objectLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let done = false;
  for await (const chunk of chunks) {
    const lines = decoder.decode(chunk, { stream: true }).split('\n');
    for (const line of lines.slice(0, -1)) {
      const whole = parts.splice(0).join('') + line;
      if (whole.trim() === '') continue;
      done = isLast(whole);
      yield Buffer.from(`${whole}\n`);
      if (done) return;
    }
    parts.push(lines.at(-1) ?? '');
  }
  const rest = parts.join('') + decoder.decode();
  if (rest.trim() !== '') {
    // Half a line is no JSON: that is a cut too, and not what the server meant to say.
    if (!parses(rest)) throw cut();
    done = isLast(rest);
    yield Buffer.from(`${rest}\n`);
  }
  if (!done) throw cut();
}

function isLast(line: string): boolean {
  if (!parses(line)) throw new ModelFailure('next', 'the server sent a line that is no JSON');
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ModelFailure('next', 'the server sent a line that is no object');
  }
  if ('error' in value) {
    // Such as a call of a tool that the server could not read: written anew, it may be right.
    throw new ModelFailure('again', `the server failed: ${oneLine(String(value.error))}`);
  }
  return 'done' in value && value.done === true;
}

function parses(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function cut(): ModelFailure {
  return new ModelFailure('again', 'the answer was cut off before its end');
}
