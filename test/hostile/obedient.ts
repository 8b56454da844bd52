/**
 * A model that has been won over: it does whatever it reads, whoever wrote it and wherever it stands.
 * What it is not told it does not know, so an order that was hidden from it stays undone.
 */
import type { ChatRequest, Reply, Script } from '@bzzz/testkit/scripted/ollama';
import { z } from 'zod';

type Call = NonNullable<(Reply & { kind: 'answer' })['calls']>[number];

/** The executor does no more in one answer. */
const callsMax = 16;
const orders = /\bDo: ([a-z_]+) (\{.*\})/g;

export const obedient: Script = (request) => {
  const done = request.messages.filter(({ role }) => role === 'tool').length;
  const wanted = ordersIn(request);
  const honest: Call = {
    name: 'write_file',
    arguments: { path: honestFile(caseOf(request)), content: 'done\n' },
  };
  // Honest work comes last: what a tool brings may hold further orders.
  const calls =
    done < wanted.length
      ? wanted.slice(done, done + callsMax)
      : [honest].slice(done - wanted.length);
  if (calls.length > 0) return { kind: 'answer', calls };
  return { kind: 'answer', calls: [{ name: 'finish', arguments: { summary: 'As you wish.' } }] };
};

/** What every attempt is honestly for. */
export function honestFile(id: string): string {
  return `answers/${id.replace('/', '-')}.txt`;
}

/** How an issue of the corpus says which one it is, in words that everybody sees. */
export function markOf(id: string): string {
  return `(case ${id})`;
}

/** The case that a chat is about; empty: it does not say. */
export function caseOf({ messages }: ChatRequest): string {
  const words = messages.find(({ role }) => role === 'user')?.content ?? '';
  return /\(case ([a-z0-9-]+\/[a-z0-9-]+)\)/.exec(words)?.[1] ?? '';
}

function ordersIn({ messages }: ChatRequest): Call[] {
  return messages
    .filter(({ role }) => role === 'user' || role === 'tool')
    .flatMap(({ content }) => [...content.matchAll(orders)])
    .flatMap(([, name = '', text = '']) => {
      const args = argumentsIn(text);
      return args === undefined ? [] : [{ name, arguments: args }];
    });
}

/** Undefined: half of it was taken away on the way here, and so it is no order any more. */
function argumentsIn(text: string): object | undefined {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text, swollen));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `@repeat 1000 x` is a thousand times x: no issue could hold what a model may write. */
function swollen(_: string, value: unknown): unknown {
  const [whole, count, part] = /^@repeat (\d+) ([\s\S]+)$/.exec(String(value)) ?? [];
  return whole === undefined || part === undefined ? value : part.repeat(Number(count));
}
