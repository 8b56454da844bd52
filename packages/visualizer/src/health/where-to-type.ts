/** Of a peer's advice, what a person at its page has to know beside it. Pure. */
import type { Problem } from '@bzzz/protocol/api';

/** Whoever reads it sits at a browser, and perhaps at no machine of the mesh. Null: there is nothing to be done there. */
export function whereToType(
  name: string,
  problems: readonly Pick<Problem, 'advice'>[],
): string | null {
  const has = (words: string) => problems.some(({ advice }) => advice.includes(words));
  if (!has('`')) return null;
  const doctor = has('`bzzz doctor`')
    ? ' What `bzzz doctor` says is found at the end of this page.'
    : '';
  return `Commands are typed and settings are changed on the machine of ${name}, unless it is said where.${doctor}`;
}
