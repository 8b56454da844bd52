/** Holds a question to what an attempt may still take: one answer to it, and no longer than there is room. */
import type { ApiName } from './apis.ts';

export type Fields = Record<string, unknown>;

export type Bounded =
  | { readonly kind: 'fine'; readonly question: Fields }
  | { readonly kind: 'refused'; readonly reason: string };

/** Fewer are no answer. */
export const answerTokensMin = 16;
/** More than models write in one answer: with so much room, a question that names no bound needs none. */
const answerTokensMost = 128_000;

const several = ['n', 'best_of', 'candidateCount', 'candidate_count'];

/** `room`: tokens that the answer may have. */
export function bounded(api: ApiName, path: string, question: Fields, room: number): Bounded {
  if (api === 'gemini') return boundedGemini(question, room);
  const names = namesOf(api, path);
  const held = hold(question, names, room);
  if (held.kind === 'refused' || api !== 'anthropic') return withUsage(path, held);
  const thinking = fieldsOf(question['thinking'])?.['budget_tokens'];
  // It must think less than it may write.
  if (typeof thinking === 'number' && thinking >= room) {
    return {
      kind: 'refused',
      reason: `it would think for ${thinking} tokens, and ${room} are left`,
    };
  }
  return held;
}

/** The first stands in where the question names none. */
function namesOf(api: ApiName, path: string): readonly [string, ...string[]] {
  if (api === 'anthropic') return ['max_tokens'];
  if (path.endsWith('/responses')) return ['max_output_tokens'];
  return ['max_completion_tokens', 'max_tokens'];
}

/** Both ways to write a name are understood there. */
function boundedGemini(question: Fields, room: number): Bounded {
  const own = ['generationConfig', 'generation_config'].filter((name) => question[name] != null);
  const names = ['maxOutputTokens', 'max_output_tokens'] as const;
  let bound = question;
  for (const name of own.length === 0 ? ['generationConfig'] : own) {
    const fields = fieldsOf(question[name] ?? {});
    if (fields === null) return refused(`\`${name}\` is an object`);
    const held = hold(fields, names, room);
    if (held.kind === 'refused') return held;
    if (Object.keys(held.question).length > 0) bound = { ...bound, [name]: held.question };
  }
  return { kind: 'fine', question: bound };
}

function hold(fields: Fields, names: readonly [string, ...string[]], room: number): Bounded {
  for (const name of several) {
    const count = fields[name] ?? 1;
    if (count !== 1) return refused(`a question is for one answer, and \`${name}\` asks for more`);
  }
  const told = names.filter((name) => fields[name] != null);
  const bound: Fields = { ...fields };
  for (const name of told) {
    const wanted = fields[name];
    // A text would be read as a number there.
    if (typeof wanted !== 'number') return refused(`\`${name}\` is a number`);
    bound[name] = Math.min(wanted, room);
  }
  if (told.length === 0 && room < answerTokensMost) bound[names[0]] = room;
  return { kind: 'fine', question: bound };
}

/** A stream of chat tells what it took only if it is asked. */
function withUsage(path: string, held: Bounded): Bounded {
  if (held.kind === 'refused' || !path.endsWith('/chat/completions')) return held;
  const { question } = held;
  if (question['stream'] !== true) return held;
  const told = { ...fieldsOf(question['stream_options']), include_usage: true };
  return { kind: 'fine', question: { ...question, stream_options: told } };
}

function refused(reason: string): Bounded {
  return { kind: 'refused', reason };
}

function fieldsOf(value: unknown): Fields | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.entries(value));
}
