/**
 * Programs of a built checkout as few files of JavaScript. Every file that code looks for beside itself keeps its place
 * below the folder, as in the repository; code finds it from where it stood before, not from the chunk that it is in now.
 */
import { realpath } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

/** Programs that are started by their files. */
export const programs = ['packages/cli/dist/main.js', 'packages/execution/dist/worker/main.js'];
/** Imports nothing but Node, and must stay small. */
export const host = 'packages/programs/dist/host.js';
/** A program that is copied by itself. */
export const launcher = 'packages/execution/dist/cli/launch/launcher.js';
/** Native parts, or looked for by their path: these stay packages. */
export const kept = [
  'emulate',
  'fs-native-extensions',
  'quickbit-native',
  'rocksdb-native',
  'simdle-native',
  'sodium-native',
];
/** Stands in the code for the folder of the bundle, until it is known in which chunk that code is. */
const folderMark = '__BZZZ_BUNDLE_FOLDER__';

export interface Place {
  /** Root of a checkout that is built. */
  readonly root: string;
  /** Folder of the bundle. */
  readonly target: string;
}

export async function bundle({ root, target }: Place, entries: readonly string[]): Promise<void> {
  const build = await rolldown({
    cwd: root,
    platform: 'node',
    input: Object.fromEntries(entries.map((file) => [file.replace(/\.js$/, ''), join(root, file)])),
    external: (id) => kept.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [inItsPlace(root), asTheyAre],
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

/**
 * What Node has of HTTP, taken without `import`: that would read all its exports, of which some load a browser's
 * fetch, a twentieth of a peer's start.
 */
const asTheyAre: Plugin = {
  name: 'as-they-are',
  resolveId: (id) => (/^(?:node:)?https?$/.test(id) ? `\0${id.replace('node:', '')}` : null),
  load(id) {
    const [, name] = /^\0(https?)$/.exec(id) ?? [];
    if (name === undefined) return null;
    return `module.exports = process.getBuiltinModule('node:${name}');`;
  },
};

function inItsPlace(root: string): Plugin {
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
