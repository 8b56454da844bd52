/**
 * `npm run bundle`: what a peer needs to run, in one folder: few files of JavaScript instead of thousands, which
 * start several times faster, and beside them only what cannot be in a bundle. Made from what `npm run build` has built.
 *
 * Every file that code looks for beside itself keeps its place below the folder, as in the repository; code finds it
 * from where it stood before, not from the chunk that it is in now.
 */
import { cp, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';
import { z } from 'zod';
import { copyPackages } from './bundle-packages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = join(root, 'dist', 'bundle');

/** Programs that are started by their files. */
const programs = ['packages/cli/dist/main.js', 'packages/execution/dist/worker/main.js'];
/** Imports nothing but Node, and must stay small. */
const host = 'packages/programs/dist/host.js';
/** Read as files: the page, the sample of the embedded forge, and a program that is copied by itself. */
const files = [
  'packages/visualizer/dist/page',
  'packages/forge/sample',
  'packages/execution/dist/cli/launch/launcher.js',
  'node_modules/@fastify/swagger/package.json',
  'node_modules/@fastify/swagger-ui/static',
  'LICENSE',
];
/** Native parts, or looked for by their path: these stay packages. */
const kept = [
  'emulate',
  'fs-native-extensions',
  'quickbit-native',
  'rocksdb-native',
  'simdle-native',
  'sodium-native',
];
/** Stands in the code for the folder of the bundle, until it is known in which chunk that code is. */
const folderMark = '__BZZZ_BUNDLE_FOLDER__';

await rm(target, { recursive: true, force: true });
await bundle(programs);
await bundle([host]);
for (const file of files) {
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
console.log(`dist/bundle: ${programs.length + 1} programs, ${copied.length} packages beside them`);

async function bundle(entries: readonly string[]): Promise<void> {
  const build = await rolldown({
    cwd: root,
    platform: 'node',
    input: Object.fromEntries(entries.map((file) => [file.replace(/\.js$/, ''), join(root, file)])),
    external: (id) => kept.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [inItsPlace()],
    onLog(level, log, tell) {
      // What others' code tries to load, and goes on without.
      if (log.code !== 'UNRESOLVED_IMPORT' && log.code !== 'EVAL') tell(level, log);
    },
  });
  await using _ = { [Symbol.asyncDispose]: () => build.close() };
  await build.write({
    dir: target,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // Less to read at each start. Names stay, for the stack of an error.
    minify: { compress: true, mangle: false, codegen: true },
  });
}

function inItsPlace(): Plugin {
  return {
    name: 'in-its-place',
    async transform(code, id) {
      const own = relative(root, await realpath(id).catch(() => id));
      if (own.startsWith('..') || !/import\.meta\.|__dirname/.test(code)) return null;
      const urlOf = (path: string) => `new URL(${JSON.stringify(path)}, ${folderMark}).href`;
      const pathOf = (path: string) =>
        `process.getBuiltinModule('url').fileURLToPath(${urlOf(path)})`;
      return code
        .replaceAll(/\b__dirname\b/g, pathOf(dirname(own)))
        .replaceAll('import.meta.url', urlOf(own))
        .replaceAll('import.meta.filename', pathOf(own))
        .replaceAll('import.meta.dirname', pathOf(dirname(own)))
        .replaceAll(/import\.meta\.resolve\('@bzzz\/([a-z]+)'\)/g, (_, name: string) =>
          urlOf(`packages/${name}/dist/index.js`),
        );
    },
    renderChunk(code, { fileName }) {
      if (!code.includes(folderMark)) return null;
      const up = relative(dirname(fileName), '.') || '.';
      return code.replaceAll(folderMark, `new URL('${up}/', import.meta.url)`);
    },
  };
}
