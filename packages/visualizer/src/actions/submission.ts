/** What the form of a new issue asks the peer for. */
import { limits } from '@bzzz/protocol';
import type { OffersAnswer, SubmitAnswer, SubmitRequest } from '@bzzz/protocol/api';

export type Recipe = OffersAnswer['recipes'][number];

export interface Draft {
  /** Empty: the only one that the peer works on. */
  readonly repo: string;
  /** Null: in plain words. */
  readonly recipe: Recipe | null;
  readonly title: string;
  readonly body: string;
  /** What was typed, by name; of another recipe than the one that is chosen it counts for nothing. */
  readonly values: Readonly<Record<string, string>>;
}

export function submissionOf({ repo, recipe, title, body, values }: Draft): SubmitRequest {
  const named = repo === '' ? {} : { repo };
  if (recipe === null) return { ...named, title, body };
  const parameters = Object.fromEntries(
    recipe.parameters.map(({ name }) => [name, values[name] ?? '']),
  );
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const spoken = title.trim() === '' ? [recipe.name, ...pairs].join(' ') : title;
  const work = { recipe: recipe.name, parameters };
  return { ...named, title: spoken.slice(0, limits.titleCharsMax), body, work };
}

/** The recipe of that name; null: plain words are chosen. Where they do not work, the first recipe is. */
export function chosenRecipe({ recipes, plain }: OffersAnswer, name: string): Recipe | null {
  const found = recipes.find((one) => one.name === name);
  return found ?? (plain ? null : (recipes[0] ?? null));
}

/** The values that a parameter can have, where its pattern names them one by one; null: it does not. */
export function choicesOf(pattern: string): readonly string[] | null {
  const inner = /^\((?:\?:)?([^()]*)\)$/.exec(pattern)?.[1] ?? pattern;
  const values = inner.split('|');
  const isPlain = values.every((value) => /^[\w-]+$/.test(value));
  return isPlain && values.length > 1 ? values : null;
}

/** Nothing that is filed there would be worked on. */
export function offersNothing({ recipes, plain }: OffersAnswer): boolean {
  return recipes.length === 0 && !plain;
}

/** What a person has to know of an issue that was filed. */
export function filedWords({ labelsMissing }: Pick<SubmitAnswer, 'labelsMissing'>): string {
  if (labelsMissing.length === 0) return '';
  return `The account may not label there; until somebody puts ${labelsMissing.join(', ')} on nobody takes it.`;
}
