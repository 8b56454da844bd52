/** Peers of earlier releases, as `scripts/keep-release` kept them, to be started beside those of today. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = new URL('../releases/', import.meta.url);

const Kept = z.strictObject({
  file: z.string().regex(/^[0-9a-z.+-]+\.json\.br$/),
  version: z.string(),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  date: z.iso.date(),
  bytes: z.int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Kept = z.infer<typeof Kept>;

const Release = z.strictObject({
  ...Kept.pick({ version: true, commit: true, date: true }).shape,
  /** Packages with native parts, which are not in the file: by name, with which version it was made. */
  natives: z.record(z.string(), z.string()),
  /** By path, below a folder that may stand anywhere. */
  files: z.record(z.string(), z.string()),
});

export interface OldPeer {
  /** `0.1.0+1234567`. */
  readonly name: string;
  /** The command, as an argument vector. */
  readonly program: readonly string[];
}

/** Those that are kept, oldest first. */
export async function keptReleases(): Promise<readonly Kept[]> {
  const text = await readFile(new URL('releases.json', folder), 'utf8');
  return z.array(Kept).parse(JSON.parse(text));
}

/** The newest of those that are kept, unpacked below this folder. */
export async function previousRelease(dir: string): Promise<OldPeer> {
  const last = (await keptReleases()).at(-1);
  if (last === undefined) throw new Error('no release is kept in test/releases');
  return unpackRelease(last, dir);
}

/** Throws where the file is not the one of the list, or needs native parts that are not those of this checkout. */
export async function unpackRelease(kept: Kept, dir: string): Promise<OldPeer> {
  const bytes = await readFile(new URL(kept.file, folder));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== kept.sha256)
    throw new Error(`${kept.file} has sha256 ${sha256}, not that of releases.json`);
  const release = Release.parse(JSON.parse(brotliDecompressSync(bytes).toString('utf8')));
  for (const [name, version] of Object.entries(release.natives)) await refuseOther(name, version);
  const name = `${kept.version}+${kept.commit.slice(0, 7)}`;
  const target = join(dir, name);
  for (const [path, text] of Object.entries(release.files)) {
    const file = join(target, normalize(path));
    if (!file.startsWith(`${target}/`))
      throw new Error(`${kept.file}: ${path} is not below its folder`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const modules = join(target, 'node_modules');
  if (!existsSync(modules)) await symlink(join(root, 'node_modules'), modules);
  return { name, program: [process.execPath, join(target, 'packages/cli/dist/main.js')] };
}

/** A native part of another major version is another program. */
async function refuseOther(name: string, version: string): Promise<void> {
  const text = await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8');
  const here = z.object({ version: z.string() }).parse(JSON.parse(text)).version;
  const majorOf = (one: string) => one.split('.')[0];
  if (majorOf(here) !== majorOf(version)) {
    throw new Error(
      `the release was made with ${name} ${version}, here is ${here}: keep its package beside it, or drop the release`,
    );
  }
}
