/**
 * `npm run bundle`: what a peer needs to run, in one folder: few files of JavaScript instead of thousands, which
 * start several times faster, and beside them only what cannot be in a bundle. Made from what `npm run build` has built.
 *
 *     npm run bundle [-- FOLDER [PROGRAM...]]
 *
 * Elsewhere than in `dist/bundle`; or those programs alone, by their paths in the checkout, for who measures.
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { bundle, host, kept, launcher, programs } from './bundle-code.ts';
import { copyPackages } from './bundle-packages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [folder = join(root, 'dist', 'bundle'), ...alone] = process.argv.slice(2);
const target = resolve(folder);
const entries = alone.length > 0 ? alone : programs;

/** Read as files: the page, the sample of the embedded forge, and a program that is copied by itself. */
const files = [
  'packages/visualizer/dist/page',
  'packages/forge/sample',
  launcher,
  'node_modules/@fastify/swagger/package.json',
  'node_modules/@fastify/swagger-ui/static',
  'LICENSE',
];

await rm(target, { recursive: true, force: true });
await bundle({ root, target }, entries);
await bundle({ root, target }, [host]);
for (const file of alone.length > 0 ? [] : files) {
  await mkdir(dirname(join(target, file)), { recursive: true });
  await cp(join(root, file), join(target, file), { recursive: true });
}
const copied = await copyPackages(kept, { from: root, to: join(target, 'node_modules') });
const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
await writeFile(
  join(target, 'package.json'),
  `${JSON.stringify({ name: 'bzzz-bundle', version, private: true, type: 'module' })}\n`,
);
console.log(
  `${relative(root, target)}: ${entries.length + 1} programs, ${copied.length} packages beside them`,
);
