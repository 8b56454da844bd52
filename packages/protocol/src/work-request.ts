/**
 * What an issue asks for. In its body a line `recipe: NAME`, and below it `parameter: value` lines
 * until the first line that is neither that, nor a code fence, nor says what the issue waits for, needs of a model
 * or is to pass:
 *
 *     recipe: rename
 *     from: fooBar
 *     to: foo_bar
 *
 * The text only names a recipe that a maintainer wrote; no command is ever read from it.
 */
import { z } from 'zod';
import { isAcceptanceLine } from './acceptances.ts';
import { isDependencyLine } from './dependencies.ts';
import { visibleText } from './issue.ts';
import { limits } from './limits.ts';
import { isModelNeedsLine } from './model-needs.ts';
import { plainText } from './page/plain-text.ts';

export const RecipeName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'not a recipe name');
export const ParameterName = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'not a parameter name');

export const WorkRequest = z.object({
  recipe: RecipeName,
  parameters: z.record(ParameterName, z.string().max(limits.recipeParameterCharsMax)),
});
export type WorkRequest = z.infer<typeof WorkRequest>;

export type WorkRequestReading =
  | { readonly kind: 'request'; readonly request: WorkRequest }
  | { readonly kind: 'none' }
  | { readonly kind: 'invalid'; readonly reason: string };

const lineEnd = /[\n\u2028\u2029]/;
const fence = /^\s*(?:```|~~~)/;
const word = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** Reads what the page shows of an issue (see `plainText`). */
export function readWorkRequest(visible: string): WorkRequestReading {
  const pairs = visible
    .split(lineEnd)
    .filter((line) => !fence.test(line) && !saysMore(line))
    .map(pairOf);
  const start = pairs.findIndex((pair) => pair?.name.toLowerCase() === 'recipe');
  if (start < 0) return { kind: 'none' };
  const recipe = pairs[start]?.value ?? '';
  const parameters = new Map<string, string>();
  for (const pair of pairs.slice(start + 1)) {
    if (pair === undefined) break;
    const { name, value } = pair;
    if (parameters.has(name))
      return { kind: 'invalid', reason: `parameter ${name} is given twice` };
    if (parameters.size === limits.recipeParametersMax) {
      return { kind: 'invalid', reason: `more than ${limits.recipeParametersMax} parameters` };
    }
    parameters.set(name, value);
  }
  const parsed = WorkRequest.safeParse({ recipe, parameters: Object.fromEntries(parameters) });
  if (parsed.success) return { kind: 'request', request: parsed.data };
  const [first] = parsed.error.issues;
  return {
    kind: 'invalid',
    reason: `${first?.path.join('.') ?? 'recipe'}: ${first?.message ?? ''}`,
  };
}

/**
 * The body of an issue that asks for this, below `text` for people. Null: it would be read as something else, such as
 * for what stands in the text or in a value, or the page would show something else.
 */
export function writeWorkRequest(request: WorkRequest, text: string): string | null {
  const { recipe, parameters } = request;
  const lines = [
    `recipe: ${recipe}`,
    ...Object.entries(parameters).map(([name, value]) => `${name}: ${value}`),
  ];
  const above = text.trim() === '' ? [] : [text.trim(), ''];
  const body = [...above, '```', ...lines, '```', ''].join('\n');
  const wanted = JSON.stringify({ kind: 'request', request: { recipe, parameters } });
  const readings = [visibleText(body), plainText(body)].map(readWorkRequest);
  return readings.every((reading) => JSON.stringify(reading) === wanted) ? body : null;
}

/** What the issue says besides its work: what it waits for, needs of a model, and is to pass. */
function saysMore(line: string): boolean {
  return isDependencyLine(line) || isModelNeedsLine(line) || isAcceptanceLine(line);
}

/** `name: value`. Not by one pattern: a hostile line could make that backtrack for hours. */
function pairOf(line: string): { name: string; value: string } | undefined {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).trim();
  return word.test(name) ? { name, value: line.slice(colon + 1).trim() } : undefined;
}
