/**
 * Path patterns of a policy: `*` within a folder, `**` across folders, `?` one character.
 * Deliberately small: a pattern that protects a path must mean the same to everybody.
 */
export function matchesAny(path: string, globs: readonly string[]): boolean {
  return globMatcher(globs)(path);
}

/**
 * For many paths. Case-insensitive, as some file systems are: `.GitHub/Workflows` must not slip through. Nor may a
 * name with a line break in it.
 */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  return matcher(globs, 'isu');
}

/** As `globMatcher`, for patterns that open something: what only looks like a path that they name stays closed. */
export function exactGlobMatcher(globs: readonly string[]): (path: string) => boolean {
  return matcher(globs, 'su');
}

function matcher(globs: readonly string[], flags: string): (path: string) => boolean {
  const patterns = globs.map((glob) => new RegExp(`^${sourceOf(glob)}$`, flags));
  return (path) => patterns.some((pattern) => pattern.test(path));
}

function sourceOf(glob: string): string {
  return glob
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      return part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
}
