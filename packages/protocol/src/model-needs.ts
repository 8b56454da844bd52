/**
 * What an issue asks of the model that works on it. In its visible text lines of their own, perhaps as items of a list:
 *
 *     needs: model=qwen2.5-coder
 *     needs: size>=14b, context>=32k
 *
 * It narrows what the policy allows and adds nothing to it. A line that does not begin with one of these is prose.
 */
import type { ModelFacts, ModelLeast, ModelName } from './models.ts';

export interface ModelNeeds {
  /** Patterns of names, of which one suffices; none: any name. */
  readonly names: readonly string[];
  readonly least: ModelLeast;
}

export interface ModelNeedsReading {
  /** Undefined: the issue asks nothing of the model. */
  readonly needs: ModelNeeds | undefined;
  /** Why they cannot be read; null: they can. */
  readonly objection: string | null;
}

const lineEnd = /[\n\u2028\u2029]/;
/** Anchored to a trimmed line, so there is nothing to backtrack into. */
const opening = /^(?:[-*+]\s+)?needs:\s*(?=(?:model|size|context)\s?[<>=])/i;
const namesMax = 16;
const pattern = /^[A-Za-z0-9*][A-Za-z0-9._/:*-]{0,139}$/;
const amount = /^([0-9]{1,6}(?:\.[0-9]{1,3})?)([kmbt])?$/i;
const factors: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, b: 1e9, t: 1e12 };

/** Whether a line says what the issue needs of a model, and so is no line of the work request. */
export function isModelNeedsLine(line: string): boolean {
  return opening.test(line.trim());
}

/** Reads what the page shows of an issue (see `plainText`). */
export function readModelNeeds(visible: string): ModelNeedsReading {
  const lines = visible.split(lineEnd).filter(isModelNeedsLine);
  const items = lines.flatMap((line) => {
    const rest = line
      .trim()
      .replace(opening, '')
      .replaceAll(/\s*(>=|=)\s*/g, '$1');
    return rest.split(/[\s,]+/).filter((item) => item !== '');
  });
  if (items.length === 0) return { needs: undefined, objection: null };
  const names: string[] = [];
  const least: { parameters?: number; contextTokens?: number } = {};
  for (const item of items) {
    const [, what = '', value = ''] = /^(model|size|context)=?(.*)$/i.exec(item) ?? [];
    const kind = what.toLowerCase();
    const number = value.startsWith('>=') ? numberOf(value.slice(2)) : undefined;
    if (kind === 'model' && pattern.test(value)) names.push(value);
    else if (kind === 'size' && number !== undefined) {
      least.parameters = Math.max(number, least.parameters ?? 1);
    } else if (kind === 'context' && number !== undefined) {
      least.contextTokens = Math.max(number, least.contextTokens ?? 1);
    } else
      return unread(`"${item.slice(0, 60)}" is none of model=NAME, size>=14b and context>=32k`);
  }
  if (names.length > namesMax) return unread(`more than ${namesMax} names of models`);
  return { needs: { names, least }, objection: null };
}

function unread(reason: string): ModelNeedsReading {
  return { needs: undefined, objection: `what it needs cannot be read: ${reason}` };
}

/** `14b`, `32k`, `8192`; undefined: it is no number. Thousands, not 1,024: what is called 32k has at least so much. */
export function numberOf(text: string): number | undefined {
  const [whole, digits, unit = ''] = amount.exec(text.trim()) ?? [];
  const number =
    whole === undefined ? 0 : Math.round(Number(digits) * (factors[unit.toLowerCase()] ?? 0));
  return number > 0 ? number : undefined;
}

/** One without a tag means every tag. `*` stands for anything. */
export function isNamedBy(name: ModelName, names: readonly string[]): boolean {
  if (names.length === 0) return true;
  const [bare = ''] = name.split(':', 1);
  return names.some((one) => isLike(one.includes(':') ? name : bare, one) || isLike(name, one));
}

/** Without a regular expression, which a hostile pattern could keep busy. */
function isLike(text: string, like: string): boolean {
  const [first = '', ...rest] = like.toLowerCase().split('*');
  const last = rest.pop();
  const name = text.toLowerCase();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/** `facts`: of this model; undefined: nothing is known but its name, whose tag may tell the size. */
export function hasLeast(
  name: ModelName,
  facts: ModelFacts | undefined,
  { parameters, contextTokens }: ModelLeast,
): boolean {
  const isLarge =
    parameters === undefined || (facts?.parameters ?? sizeInTag(name) ?? 0) >= parameters;
  const window = facts?.contextTokens ?? 0;
  return isLarge && (contextTokens === undefined || window >= contextTokens);
}

/** As in `coder:14b-instruct-q4`. */
function sizeInTag(name: ModelName): number | undefined {
  const [, tag = ''] = name.split(':', 2);
  const [first = ''] = tag.split('-', 1);
  return /[bmt]$/i.test(first) ? numberOf(first) : undefined;
}

/** For people, such as `at least 14b, a context of at least 32000 tokens`; empty: anything will do. */
export function leastText({ parameters, contextTokens }: ModelLeast): string {
  return [
    ...(parameters === undefined ? [] : [`at least ${parameters / 1e9}b`]),
    ...(contextTokens === undefined ? [] : [`a context of at least ${contextTokens} tokens`]),
  ].join(', ');
}
