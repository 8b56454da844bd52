/** Files of a commit where a folder of the setup is to stand. */
import { pathShown, type RawPath, type TreeEntry } from '../git-objects.ts';

/** The first file at, beneath or in the way of a folder, as text. Undefined: there is none. */
export function clashIn(paths: Iterable<RawPath>, provides: readonly string[]): string | undefined {
  for (const path of paths) if (clashes(path, provides)) return pathShown(path);
  return undefined;
}

/** Unfinished work without such files. */
export function withoutProvided(
  entries: ReadonlyMap<RawPath, TreeEntry>,
  provides: readonly string[],
): ReadonlyMap<RawPath, TreeEntry> {
  return new Map([...entries].filter(([path]) => !clashes(path, provides)));
}

function clashes(path: RawPath, provides: readonly string[]): boolean {
  return provides.some(
    (folder) => path === folder || path.startsWith(`${folder}/`) || folder.startsWith(`${path}/`),
  );
}
