/** What the tidy tests know about this repository: its files, its packages, what they import. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly private: boolean;
  readonly type: string;
  readonly description: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Every file that is, or would be, committed; paths from the root. */
export function repositoryFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
}

/** Folder names under `packages/`. */
export function packageNames(): string[] {
  const names = repositoryFiles().flatMap(
    (path) => /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1] ?? [],
  );
  return names.toSorted();
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** `folder` is a package's, or '' for the root. Our own file, read in tests only: not validated. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readText(join(folder, 'package.json')));
}

/** Names and version ranges of everything that a manifest depends on. */
export function dependenciesOf(manifest: Manifest): Readonly<Record<string, string>> {
  return {
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  };
}

/** Every module that a source text names: imports, re-exports, dynamic imports, import types. */
export function importsOf(source: string): string[] {
  const named = /(?:^|[^.\w])(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g;
  return [...source.matchAll(named)].flatMap((match) => match[2] ?? []);
}
