/** A clock that is wrong for one process, by the same means as `bzzz drill skew`. */
import { skewLibrary, withSkew } from '@bzzz/cli';

/** What the environment of a process has besides, whose clock is so many seconds ahead. */
export function skewed(seconds: number): Readonly<Record<string, string>> {
  const library = skewLibrary();
  return seconds === 0 || library === undefined ? {} : withSkew({}, library, seconds);
}
