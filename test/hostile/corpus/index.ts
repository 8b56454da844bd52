/** The corpus: what people have tried elsewhere, and what they could try here. One file a family. */
import type { Family, HostileCase } from '../case.ts';
import { commands } from './commands.ts';
import { greed } from './greed.ts';
import { hidden } from './hidden.ts';
import { paths } from './paths.ts';
import { prompts } from './prompts.ts';
import { results } from './results.ts';
import { titles } from './titles.ts';
import { unicode } from './unicode.ts';

const corpus: readonly Family[] = [
  hidden,
  unicode,
  titles,
  prompts,
  paths,
  commands,
  results,
  greed,
];

export interface NamedCase extends HostileCase {
  /** `family/name`. */
  readonly id: string;
}

export function allCases(): NamedCase[] {
  return corpus.flatMap(({ name: family, cases }) =>
    cases.map((one) => ({ ...one, id: `${family}/${one.name}` })),
  );
}
