/**
 * Proves that lint holds the floors (ARCHITECTURE.md): each rule is broken once on purpose, in a
 * small tree of its own, and must be named; the same tree without the offence must pass.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './repository.ts';

interface Offence {
  /** Package and folder in which the offending file stands. */
  readonly place: string;
  readonly code: string;
  readonly rule: 'no-restricted-imports' | 'no-restricted-globals' | 'no-restricted-properties';
}

const adapters = ['mesh', 'journal', 'index', 'github', 'execution', 'webhook'];

function importing(place: string, ...modules: string[]): Offence[] {
  return modules.map((module) => ({
    place,
    code: `import { a } from '${module}';\nexport const b = a;\n`,
    rule: 'no-restricted-imports',
  }));
}

function using(place: string, rule: Offence['rule'], ...expressions: string[]): Offence[] {
  return expressions.map((expression) => ({
    place,
    code: `export const b = () => ${expression};\n`,
    rule,
  }));
}

const offences: Offence[] = [
  ...importing('protocol/src', '@bzzz/coordination', '@bzzz/testkit', '@bzzz/unheard-of'),
  ...importing('programs/src', '@bzzz/protocol', '@bzzz/github'),
  ...importing(
    'coordination/src',
    '@bzzz/programs',
    '@bzzz/mesh',
    '@bzzz/forge',
    '@bzzz/peer',
    '@bzzz/testkit',
  ),
  ...adapters.flatMap((adapter) =>
    importing(
      `${adapter}/src`,
      ...adapters.filter((other) => other !== adapter).map((other) => `@bzzz/${other}`),
      '@bzzz/peer',
      '@bzzz/forge',
      '@bzzz/testkit/contracts/mesh',
    ),
  ),
  ...importing('peer/src', '@bzzz/gateway', '@bzzz/cli', '@bzzz/forge', '@bzzz/testkit'),
  ...importing('gateway/src', '@bzzz/cli', '@bzzz/forge'),
  ...importing('cli/src', '@bzzz/testkit'),
  ...importing('visualizer/src', '@bzzz/peer', '@bzzz/gateway', '@bzzz/coordination', 'node:fs'),
  ...importing('forge/src', '@bzzz/coordination', '@bzzz/github'),
  ...importing('testkit/src', '@bzzz/mesh', '@bzzz/forge', '@bzzz/peer'),
  ...importing('mesh/test', '@bzzz/journal', '@bzzz/forge', '@bzzz/peer'),
  ...importing('protocol/test', '@bzzz/coordination'),
  // Only what a package exports, and only by its name.
  ...importing('peer/src', '@bzzz/mesh/src/index.ts', '@bzzz/mesh/dist/index.js'),
  ...importing('peer/src', '../../mesh/src/index.ts', '../../../packages/mesh/src/index.ts'),
  ...importing('mesh/test', '../../testkit/src/index.ts', '@bzzz/testkit/src/index.ts'),
  ...['protocol/src', 'coordination/src'].flatMap((pure) => [
    ...importing(pure, 'node:fs', 'node:crypto', 'fs', 'fs/promises', 'timers'),
    ...using(
      pure,
      'no-restricted-globals',
      'Date.now()',
      'new Date()',
      'setTimeout(() => 1, 1)',
      'setInterval(() => 1, 1)',
      'setImmediate(() => 1)',
      'performance.now()',
      'crypto.randomUUID()',
      'process.env',
      'console.log(1)',
      "fetch('x')",
      'globalThis.Date',
    ),
    ...using(pure, 'no-restricted-properties', 'Math.random()', 'AbortSignal.timeout(1)'),
  ]),
  ...using('testkit/src', 'no-restricted-globals', 'Date.now()', 'setTimeout(() => 1, 1)'),
  ...using('testkit/src', 'no-restricted-globals', 'performance.now()', 'crypto.randomUUID()'),
  ...using('testkit/src', 'no-restricted-properties', 'Math.random()'),
];

const allowed: Omit<Offence, 'rule'>[] = [
  ...importing('coordination/src', '@bzzz/protocol', '../ports/index.ts', 'zod'),
  ...adapters.flatMap((adapter) =>
    importing(
      `${adapter}/src`,
      '@bzzz/protocol',
      '@bzzz/coordination',
      '@bzzz/programs',
      'node:fs',
    ),
  ),
  ...importing('peer/src', ...adapters.map((adapter) => `@bzzz/${adapter}`)),
  ...importing('cli/src', '@bzzz/peer', '@bzzz/forge'),
  ...importing('visualizer/src', '@bzzz/protocol', '@bzzz/protocol/api', 'react'),
  ...importing('forge/src', '@bzzz/protocol', '@bzzz/programs'),
  ...importing('testkit/src', '@bzzz/protocol', '@bzzz/coordination'),
  ...importing('mesh/test', '@bzzz/testkit', '@bzzz/testkit/contracts/mesh', '../src/index.ts'),
  ...importing('github/test', '@bzzz/forge', '@bzzz/testkit/contracts/forge'),
  ...using('mesh/src', 'no-restricted-globals', 'Date.now()'),
  ...using('protocol/test', 'no-restricted-globals', 'Date.now()'),
  ...using('protocol/src', 'no-restricted-globals', 'Math.max(1, 2)', 'new AbortController()'),
];

let tree: string;
let complaints: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'bzzz-floors-'));
  await copyFile(join(root, '.oxlintrc.json'), join(tree, '.oxlintrc.json'));
  await writeAll('offence', offences);
  await writeAll('allowed', allowed);
  complaints = await lint(tree);
});

afterAll(() => rm(tree, { recursive: true, force: true }));

describe('lint holds the floors', () => {
  it.each(
    offences.map((offence, index) => ({ ...offence, file: file('offence', offence, index) })),
  )('$rule in $place: $code', ({ file: path, rule }) => {
    expect(complaints.get(path)).toEqual([`eslint(${rule})`]);
  });

  it('and complains of nothing else', () => {
    const paths = allowed.map((one, index) => file('allowed', one, index));
    expect(paths.filter((path) => complaints.has(path))).toEqual([]);
  });
});

function file(prefix: string, one: { place: string }, index: number): string {
  return `packages/${one.place}/${prefix}-${index}.ts`;
}

async function writeAll(prefix: string, all: readonly { place: string; code: string }[]) {
  for (const [index, one] of all.entries()) {
    const path = join(tree, file(prefix, one, index));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, one.code);
  }
}

/** Runs the real linter once over the tree: names of the rules broken in each file. */
async function lint(folder: string): Promise<Map<string, string[]>> {
  const output = await new Promise<string>((resolve, reject) => {
    const oxlint = join(root, 'node_modules', '.bin', 'oxlint');
    execFile(oxlint, ['--format=json', '.'], { cwd: folder }, (error, stdout, stderr) => {
      // Exit code 1 means complaints, which is what is asked for here.
      if (error === null || error.code === 1) resolve(stdout);
      else reject(new Error(stderr, { cause: error }));
    });
  });
  // The linter's own report; a wrong shape fails the tests below.
  const report = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] };
  const found = new Map<string, string[]>();
  for (const { code, filename } of report.diagnostics) {
    found.set(filename, [...(found.get(filename) ?? []), code]);
  }
  return found;
}
