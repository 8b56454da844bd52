/**
 * Path patterns of a policy: `*` within a folder, `**` across folders, `?` one character, and `\` before a character
 * that stands for itself. Deliberately small: a pattern that protects a path must mean the same to everybody. So what
 * means something elsewhere and nothing here is refused (`Glob`), for it would protect nothing without a word.
 */
import { z } from 'zod';

/** What other patterns have besides: choices and sets of characters. */
const foreign = String.raw`{}[\]|`;
const character = String.raw`(?:[^${foreign}\\/\u0000-\u001f]|\\[${foreign}!])`;
/** Names with one slash between each two, none of them `.` or `..`. */
const pattern = new RegExp(
  String.raw`^(?![!\s])(?!.*\s$)(?:(?!\.{1,2}(?:/|$))${character}+(?:/(?!$)|$))+$`,
  'u',
);

/** A path pattern as a policy may have it; a path is as git has it, from the root of the repository. */
const Glob = z
  .string()
  .min(1)
  .max(256)
  .regex(pattern, { error: ({ input }) => `the pattern \`${input}\`: ${flawOf(String(input))}` });
export const Globs = z.array(Glob).max(128);

/** For people; of a pattern that is refused. */
function flawOf(glob: string): string {
  if (/^\s|\s$/.test(glob))
    return 'it begins or ends with white space, and no path that is meant does';
  if (glob.startsWith('!')) {
    return String.raw`no pattern takes back another; a name that begins so is written \!`;
  }
  if (glob.startsWith('/'))
    return 'leave out the leading `/`: each begins at the root of the repository';
  if (glob.endsWith('/'))
    return `it names a folder, and only files are looked at: write \`${glob}**\``;
  if (/(?:^|\/)\.{0,2}(?:\/|$)/.test(glob))
    return 'leave out `.`, `..` and empty names: no path of git has one';
  if (/(?<!\\)(?:\\\\)*[{}[\]|]/.test(glob)) {
    return String.raw`only *, ** and ? mean something here; in a name { } [ ] | are written \{ \} \[ \] \|, and of choices each is a pattern of its own`;
  }
  return String.raw`a \ may only stand before { } [ ] | and !, folders have / between them, and no control character fits`;
}

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
    .split(/(\\.|\*\*\/|\*\*|\*|\?)/)
    .map((part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      const plain = /^\\.$/.test(part) ? part.slice(1) : part;
      return plain.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
}
