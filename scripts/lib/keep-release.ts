/**
 * `scripts/keep-release <commit>`: the peer of that commit as one file of test/releases, which the tests of later ones
 * start beside their own. Made by that commit's own lock and compiler; only the bundler is that of this checkout.
 *
 * In it is all JavaScript of a peer. Not in it are native parts, which are those of the lock of whoever starts it (the
 * file says with which versions it was made), nor the page and the embedded forge, which no test of a release looks at.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';
import { z } from 'zod';
import { bundle, host, kept, launcher, programs } from './bundle-code.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'test', 'releases');
const run = promisify(execFile);
const Version = z.object({ version: z.string() });

const [wanted] = process.argv.slice(2);
if (wanted === undefined) {
  console.error('usage: scripts/keep-release <commit or tag>');
  process.exit(2);
}
const commit = await git('rev-parse', '--verify', '--end-of-options', `${wanted}^{commit}`);
const work = await mkdtemp(join(tmpdir(), 'bzzz-release-'));
try {
  const checkout = join(work, 'checkout');
  await git('worktree', 'add', '--quiet', '--detach', checkout, commit);
  await build(checkout);
  const place = { root: checkout, target: join(work, 'bundle') };
  await bundle(place, programs);
  await bundle(place, [host]);
  await mkdir(dirname(join(place.target, launcher)), { recursive: true });
  await cp(join(checkout, launcher), join(place.target, launcher));
  const version = await versionIn(checkout);
  await writeFile(
    join(place.target, 'package.json'),
    `${JSON.stringify({ name: 'bzzz-bundle', version, private: true, type: 'module' })}\n`,
  );
  await keep(checkout, place.target, version);
} finally {
  await git('worktree', 'remove', '--force', join(work, 'checkout')).catch(() => undefined);
  await rm(work, { recursive: true, force: true });
}

async function build(checkout: string): Promise<void> {
  const commands = [
    ['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error'],
    [join('node_modules', '.bin', 'tsc'), '-b'],
  ];
  for (const [program = '', ...args] of commands) {
    console.log([program, ...args].join(' '));
    await run(program, args, { cwd: checkout, maxBuffer: 64 * 1024 * 1024 });
  }
}

async function keep(checkout: string, bundled: string, version: string): Promise<void> {
  const natives = await Promise.all(
    kept.map(async (name) => [name, await versionIn(join(checkout, 'node_modules', name))]),
  );
  const files = await textsIn(bundled);
  const named = Object.keys(files).filter((path) => files[path]?.includes(work));
  if (named.length > 0) throw new Error(`${named.join(', ')}: names a folder of this machine`);
  const date = await git('show', '--no-patch', '--format=%cs', commit);
  const release = { version, commit, date, natives: Object.fromEntries(natives), files };
  const bytes = brotliCompressSync(JSON.stringify(release), {
    params: { [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
  const file = `${version}+${commit.slice(0, 7)}.json.br`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, file), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await list({ file, version, commit, date, bytes: bytes.byteLength, sha256 });
  console.log(`test/releases/${file}: ${bytes.byteLength} bytes, sha256 ${sha256}`);
}

/** One file a line of the list; oldest first, as they were made. */
async function list(one: { readonly file: string; readonly date: string } & object): Promise<void> {
  const path = join(folder, 'releases.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return '[]';
  });
  const before = z
    .array(z.looseObject({ file: z.string(), date: z.string() }))
    .parse(JSON.parse(text));
  const all = [...before.filter(({ file }) => file !== one.file), one];
  const sorted = all.toSorted((a, b) => a.date.localeCompare(b.date));
  await writeFile(path, `${JSON.stringify(sorted, null, 2)}\n`);
}

async function textsIn(dir: string): Promise<Record<string, string>> {
  const items = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = items
    .filter((item) => item.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  const texts = paths.map(
    async (path): Promise<[string, string]> => [relative(dir, path), await readFile(path, 'utf8')],
  );
  return Object.fromEntries(await Promise.all(texts));
}

async function versionIn(dir: string): Promise<string> {
  return Version.parse(JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'))).version;
}

async function git(...args: string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', root, ...args]);
  return stdout.trim();
}
