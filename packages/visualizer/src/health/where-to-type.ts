/** Of a peer's advice, what a person at its page has to know beside it. Pure. */
import type { Problem } from '@bzzz/protocol/api';

/** Whoever reads it sits at a browser, and perhaps at no machine of the mesh. Null: nothing is to be typed. */
export function whereToType(
  name: string,
  problems: readonly Pick<Problem, 'advice'>[],
): string | null {
  const has = (words: string) => problems.some(({ advice }) => advice.includes(words));
  if (!has('`')) return null;
  const doctor = has('`bzzz doctor`')
    ? ' What `bzzz doctor` says is found at the end of this page.'
    : '';
  return `Commands are typed on the machine of ${name}, unless they say where.${doctor}`;
}
