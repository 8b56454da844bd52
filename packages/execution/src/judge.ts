/**
 * The files that judge a result come from the base, whatever the result did to them. A file that
 * only the result has stays, since a new test is welcome, and is listed for a person to look at; settings that tools find
 * by themselves are left out, where they would steer tests that the base has.
 */
import { agentConfiguration, globMatcher, matchesAny, steering } from '@bzzz/protocol';
import { pathShown, type RawPath, type TreeEntry } from './git-objects.ts';

export interface Overlay {
  /** The files of the worktree in which the acceptance runs. */
  readonly entries: ReadonlyMap<RawPath, TreeEntry>;
  /** Judge files that differ between base and result, as text, sorted. */
  readonly changed: readonly string[];
}

export function overlayJudgeFiles(
  base: ReadonlyMap<RawPath, TreeEntry>,
  result: ReadonlyMap<RawPath, TreeEntry>,
  globs: readonly string[],
): Overlay {
  const isJudge = globMatcher(globs);
  const entries = new Map(result);
  const changed = new Set<string>();
  for (const [path, entry] of base) {
    if (!isJudge(pathShown(path))) continue;
    const theirs = result.get(path);
    if (theirs?.oid === entry.oid && theirs.mode === entry.mode) continue;
    changed.add(pathShown(path));
    makeRoom(entries, path);
    entries.set(path, entry);
  }
  const steers = steersIn(base);
  for (const path of result.keys()) {
    if (base.has(path) || !isJudge(pathShown(path))) continue;
    changed.add(pathShown(path));
    if (steers(path)) entries.delete(path);
  }
  return { entries, changed: [...changed].sort() };
}

/**
 * Whether a file that the base has not would steer tests of the base. In a folder of its own, such as that of a new
 * package, it is about what is new.
 */
function steersIn(base: ReadonlyMap<RawPath, TreeEntry>): (path: RawPath) => boolean {
  const folders = new Set(['', ...[...base.keys()].flatMap(foldersOf)]);
  const everywhere = globMatcher(steering.everywhere);
  const beside = globMatcher(steering.beside);
  return (path) =>
    everywhere(pathShown(path)) ||
    (beside(pathShown(path)) && folders.has(foldersOf(path).at(-1) ?? ''));
}

/**
 * The files of the base with some that only the result has. One for which the base leaves no place is left out, and one that
 * would steer what is there.
 */
export function baseWith(
  base: ReadonlyMap<RawPath, TreeEntry>,
  result: ReadonlyMap<RawPath, TreeEntry>,
  only: readonly string[],
): ReadonlyMap<RawPath, TreeEntry> {
  const wanted = new Set(only);
  const folders = new Set([...base.keys()].flatMap(foldersOf));
  const entries = new Map(base);
  const steers = steersIn(base);
  for (const [path, entry] of result) {
    if (base.has(path) || !wanted.has(pathShown(path)) || steers(path)) continue;
    const hasPlace = !folders.has(path) && !foldersOf(path).some((folder) => base.has(folder));
    if (hasPlace) entries.set(path, entry);
  }
  return entries;
}

/**
 * Unfinished work whose configuration of coding tools is that of the base: what an attempt wrote must not
 * tell the next one what to do.
 */
export function agentFilesOf(
  base: ReadonlyMap<RawPath, TreeEntry>,
  work: ReadonlyMap<RawPath, TreeEntry>,
): ReadonlyMap<RawPath, TreeEntry> {
  const entries = new Map(work);
  const isConfiguration = (path: RawPath) => matchesAny(pathShown(path), agentConfiguration);
  for (const path of work.keys()) if (isConfiguration(path)) entries.delete(path);
  for (const [path, entry] of base) {
    if (!isConfiguration(path)) continue;
    makeRoom(entries, path);
    entries.set(path, entry);
  }
  return entries;
}

/** Removes what stands in the way: a file or link where a folder must be, or the other way round. */
function makeRoom(entries: Map<RawPath, TreeEntry>, path: RawPath): void {
  for (const folder of foldersOf(path)) entries.delete(folder);
  for (const other of entries.keys()) if (other.startsWith(`${path}/`)) entries.delete(other);
}

/** The folders in which it lies, the outermost first. */
function foldersOf(path: RawPath): RawPath[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));
}
