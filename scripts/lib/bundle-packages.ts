/** Packages that stay packages beside a bundle, with all that they depend on, for this machine's platform alone. */
import { cp, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';

const Manifest = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

const platform = `${process.platform}-${process.arch}`;
/** At the top of a package. */
const needlessFolder = /^(?:test|tests|doc|docs|example|examples|\.github)$/;
/** Sources, notes, and the native part for another runtime. */
const needlessFile = /\.(?:md|map|d\.[cm]?ts|ts|c|h|cc|bare)$/;

/** Copies them, and resolves with the names of all. Throws where two need different versions of one package. */
export async function copyPackages(
  names: readonly string[],
  { from, to }: { readonly from: string; readonly to: string },
): Promise<string[]> {
  const copied = new Map<string, string>();
  const add = async (name: string, folder: string): Promise<void> => {
    const place = find(name, folder);
    const before = copied.get(name);
    if (before === place) return;
    if (before !== undefined)
      throw new Error(`${name} is needed in two versions: ${before}, ${place}`);
    copied.set(name, place);
    await cp(place, join(to, name), { recursive: true, filter: (path) => isNeeded(place, path) });
    const manifest = JSON.parse(await readFile(join(place, 'package.json'), 'utf8'));
    const { dependencies } = Manifest.parse(manifest);
    for (const needed of Object.keys(dependencies)) await add(needed, place);
  };
  for (const name of names) await add(name, from);
  return [...copied.keys()].sort();
}

function find(name: string, folder: string): string {
  const place = join(folder, 'node_modules', name);
  if (existsSync(place)) return place;
  if (dirname(folder) === folder) throw new Error(`${name} is not installed`);
  return find(name, dirname(folder));
}

function isNeeded(place: string, path: string): boolean {
  const inside = relative(place, path);
  if (inside.startsWith('node_modules') || needlessFolder.test(inside)) return false;
  if (needlessFile.test(inside)) return false;
  // One folder for each platform.
  return basename(dirname(path)) !== 'prebuilds' || basename(path) === platform;
}
