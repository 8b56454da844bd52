/** What holds for the whole tree and no linter sees. */
import { statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  dependenciesOf,
  importsOf,
  packageNames,
  readManifest,
  readText,
  repositoryFiles,
  root,
} from './repository.ts';

const files = repositoryFiles();
const names = packageNames();
// The sample is what peers work on in a trial: data, of which some is broken on purpose.
const sources = files.filter(
  (path) => /\.(?:ts|tsx|mts|cts|js|mjs)$/.test(path) && !path.startsWith('packages/forge/sample/'),
);
const text = files.filter((path) => !/\.(?:png|ico|gif|woff2)$|^package-lock\.json$/.test(path));

/** DESIGN.md 3, once more and independently of the linter: whom a package may depend on. */
const adapters = ['mesh', 'journal', 'index', 'github', 'execution', 'webhook'];
const below: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  programs: [],
  coordination: ['protocol'],
  mesh: ['protocol', 'coordination'],
  journal: ['protocol', 'coordination'],
  index: ['protocol', 'coordination'],
  github: ['protocol', 'coordination', 'programs'],
  execution: ['protocol', 'coordination', 'programs'],
  webhook: ['protocol', 'coordination'],
  peer: ['protocol', 'coordination', ...adapters],
  gateway: ['protocol', 'coordination', ...adapters, 'peer'],
  cli: ['protocol', 'coordination', ...adapters, 'peer', 'gateway', 'forge', 'visualizer'],
  visualizer: ['protocol'],
  forge: ['protocol', 'programs'],
  testkit: ['protocol', 'coordination'],
};

describe('files', () => {
  it('hold one concept each: at most 400 lines', () => {
    const long = sources.filter((path) => readText(path).split('\n').length - 1 > 400);
    expect(long).toEqual([]);
  });

  it('name no path of one machine', () => {
    const home = /(?:\/home\/|\/Users\/)[A-Za-z][\w.-]*\/|[A-Z]:\\Users\\/;
    const named = text.filter((path) => {
      const content = readText(path);
      return home.test(content) || content.includes(`${root}/`);
    });
    expect(named).toEqual([]);
  });

  it('run every test', () => {
    const idle = new RegExp(String.raw`\b(?:it|test|describe)\.(?:only|skip|todo)\b`);
    const tests = sources.filter((path) => path.endsWith('.test.ts'));
    expect(tests.filter((path) => idle.test(readText(path)))).toEqual([]);
  });

  it('that a person types are executable', () => {
    const scripts = files.filter((path) => /^scripts\/[^/.]+$|^\.ci\/run$/.test(path));
    expect(scripts).toContain('scripts/test');
    const plain = scripts.filter((path) => (statSync(join(root, path)).mode & 0o111) === 0);
    expect(plain).toEqual([]);
  });
});

describe.each(names)('package %s', (name) => {
  const folder = `packages/${name}`;
  const manifest = readManifest(folder);
  const own = files.filter((path) => path.startsWith(`${folder}/`));
  const imports = own
    .filter((path) => sources.includes(path))
    .flatMap((path) => importsOf(readText(path)).map((module) => ({ path, module })));

  it('has the skeleton of every package', () => {
    for (const path of ['README.md', 'package.json', 'tsconfig.json', 'src/index.ts']) {
      expect(own).toContain(`${folder}/${path}`);
    }
    expect(own.filter((path) => /\/test\/.*\.test\.ts$/.test(path))).not.toEqual([]);
    expect(manifest).toMatchObject({
      name: `@bzzz/${name}`,
      private: true,
      license: 'Apache-2.0',
      type: 'module',
      exports: {
        '.': {
          types: './dist/index.d.ts',
          'bzzz-source': './src/index.ts',
          default: './dist/index.js',
        },
      },
    });
  });

  it('depends only on floors below', () => {
    expect(below).toHaveProperty(name);
    const used = Object.keys(manifest.dependencies ?? {})
      .flatMap((dependency) => /^@bzzz\/(.+)$/.exec(dependency)?.[1] ?? [])
      .filter((dependency) => !below[name]?.includes(dependency));
    expect(used).toEqual([]);
  });

  it('imports only what its manifest names', () => {
    const declared = Object.keys(dependenciesOf(manifest));
    const undeclared = imports.filter(({ path, module }) => {
      const other = /^@bzzz\/[^/]+/.exec(module)?.[0];
      const allowed = path.startsWith(`${folder}/src/`)
        ? Object.keys(manifest.dependencies ?? {})
        : [...declared, manifest.name];
      return other !== undefined && !allowed.includes(other);
    });
    expect(undeclared).toEqual([]);
  });

  it('reaches no other package by a path', () => {
    const outside = imports.filter(({ path, module }) => {
      if (!module.startsWith('.')) return false;
      return relative(folder, join(dirname(path), module)).startsWith('..');
    });
    expect(outside).toEqual([]);
  });

  it('names its floors to the compiler', () => {
    const { references } = JSON.parse(readText(`${folder}/tsconfig.json`));
    const wanted = Object.keys(manifest.dependencies ?? {})
      .filter((dependency) => dependency.startsWith('@bzzz/'))
      .map((dependency) => ({ path: `../${dependency.slice('@bzzz/'.length)}` }));
    expect(references).toEqual(expect.arrayContaining(wanted));
  });
});

describe('the whole', () => {
  it('is built whole', () => {
    const { references } = JSON.parse(readText('tsconfig.json'));
    const wanted = [...names.map((name) => `packages/${name}`), 'test'];
    expect(references.map((one: { path: string }) => one.path).toSorted()).toEqual(
      wanted.toSorted(),
    );
  });

  it('pins every dependency, to one version', () => {
    const versions = new Map<string, string>();
    for (const folder of ['', ...names.map((name) => `packages/${name}`)]) {
      for (const [name, version] of Object.entries(dependenciesOf(readManifest(folder)))) {
        expect(version, name).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
        expect(versions.get(name) ?? version, name).toBe(version);
        versions.set(name, version);
      }
    }
  });

  it('gives a reason for every dependency', () => {
    const table = readText('docs/decisions/dependencies.md');
    const listed = [...table.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)].map((row) => row[1]);
    const used = ['', ...names.map((name) => `packages/${name}`)]
      .flatMap((folder) => Object.keys(dependenciesOf(readManifest(folder))))
      .filter((name) => !name.startsWith('@bzzz/'));
    expect(listed.toSorted((a = '', b = '') => a.localeCompare(b))).toEqual(
      [...new Set(used)].toSorted((a, b) => a.localeCompare(b)),
    );
  });
});

describe('package-lock.json', () => {
  const lock: {
    packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>;
  } = JSON.parse(readText('package-lock.json'));

  it('names no registry', () => {
    const hosts = Object.values(lock.packages).filter((one) => /^\w+:/.test(one.resolved ?? ''));
    expect(hosts).toEqual([]);
  });

  it('is complete for every platform, or `npm ci` refuses it (see scripts/complete-lock)', () => {
    const locked = Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1));
    const missing = Object.values(lock.packages)
      .flatMap((one) => Object.keys(one.optionalDependencies ?? {}))
      .filter((name) => !locked.includes(name));
    expect(missing).toEqual([]);
  });
});
