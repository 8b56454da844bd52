/**
 * Path patterns of a policy: `*` within a folder, `**` across folders, `?` one character.
 * Deliberately small: a pattern that protects a path must mean the same to everybody.
 */
export function matchesAny(path: string, globs: readonly string[]): boolean {
  return globMatcher(globs)(path);
}

/** For many paths. */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  const patterns = globs.map(toRegExp);
  return (path) => patterns.some((pattern) => pattern.test(path));
}

function toRegExp(glob: string): RegExp {
  const source = glob
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      return part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  // Case-insensitive, as some file systems are: `.GitHub/Workflows` must not slip through. Nor may a
  // name with a line break in it.
  return new RegExp(`^${source}$`, 'isu');
}
