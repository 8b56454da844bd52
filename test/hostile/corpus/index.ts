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

/**
 * One case in `every`, beginning with that of the number `share`, and of every kind one besides: of a family, how it
 * ends and whose words it has. Which one of a kind goes round as well.
 */
export function shareOf(cases: readonly NamedCase[], every: number, share: number): NamedCase[] {
  const kinds = Map.groupBy(cases, kindOf);
  const ones = new Set([...kinds.values()].map((alike) => alike[share % alike.length]));
  return cases.filter((one, at) => at % every === share % every || ones.has(one));
}

export function kindOf({ id, ends, author = 'maintainer' }: NamedCase): string {
  return [id.split('/')[0], ends.kind, author].join(' ');
}
