/**
 * Loads the sources of `coordination` with a bug in them. Works on the TypeScript sources, so a process
 * that wants it runs with the condition `bzzz-source`; nothing is written anywhere.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Edit } from './bug-spec.ts';

const sources = '/packages/coordination/src/';

/** On built files a bug would not be there, and it would look as if nothing found it. */
export function isOnSources(): boolean {
  return import.meta.resolve('@bzzz/coordination').endsWith(`${sources}index.ts`);
}

/** Must be called before the first module of `coordination` is loaded, in a process that is on the sources. */
export function mutateSources(edits: readonly Edit[]): void {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      const at = url.lastIndexOf(sources);
      const mine = at < 0 ? [] : edits.filter(({ file }) => url.endsWith(`${sources}${file}`));
      if (mine.length === 0) return loaded;
      const source = mine.reduce(applied, readFileSync(fileURLToPath(url), 'utf8'));
      return { ...loaded, format: 'module-typescript', source };
    },
  });
}

/** The text with the edit in it. Throws when its place is not there exactly once. */
export function applied(text: string, { file, find, replace }: Edit): string {
  const [before, after, ...more] = text.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`${file} does not hold exactly once: ${find}`);
  }
  return `${before}${replace}${after}`;
}
