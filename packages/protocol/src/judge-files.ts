/**
 * The files that judge a result. What a policy names replaces the usual ones below; the tests that it counts
 * (`newTests.files`) judge in any case.
 */

/** Of tests, and of what they compare with. */
const testFolders = [
  ['test', 'tests', '__tests__', 'spec', 'e2e', 'cypress'],
  ['src/*Test', '*.Test', '*.Tests', 'testdata', '__snapshots__', '__mocks__'],
].flat();

/** Of what runs them. */
const runnerFolders = ['node_modules', '.cargo', '.mvn', 'gradle/wrapper'];

const scripts = ['**/scripts/**', '**/script/**'];

/** Tests by their names. */
const tests = [
  ['*.test.*', '*.spec.*', '*_test.*', '*_spec.rb', '*.snap', '*.t'],
  ['test_*.py', 'tests.py'],
].flat();

/** Also names of ordinary work: which of them are settings, their names do not tell. */
const anyConfig = '*.config.*';

/** In any folder that pytest looks into it has a say about every test. */
const conftest = 'conftest.py';

/** What says which tests run, and how: tools look for it by its name. */
const settings = [
  [conftest, 'Makefile', 'GNUmakefile', '*.mk', 'justfile', 'Taskfile.y*ml', 'Rakefile'],
  ['package.json', '.npmrc', '.yarnrc*', 'deno.json*', 'bunfig.toml', 'tsconfig*.json'],
  [anyConfig, '.mocharc*', '.nycrc*', '.c8rc*', '.babelrc*', 'karma.conf.*'],
  ['vitest.workspace.*', '.eslintrc*', '.eslintignore', 'biome.json*', '.prettierrc*'],
  ['pytest.ini', '.pytest.ini', 'tox.ini', 'setup.cfg', 'pyproject.toml', 'noxfile.py'],
  ['.coveragerc', 'mypy.ini', '.flake8', 'ruff.toml', '.ruff.toml'],
  ['Cargo.toml', 'clippy.toml', '.golangci.*'],
  ['pom.xml', 'build.gradle*', 'settings.gradle*', 'gradle.properties', 'build.sbt'],
  ['mvnw*', 'gradlew*', '*.runsettings', 'Directory.Build.*'],
  ['composer.json', 'phpunit.*', 'phpstan.*', '.rspec', '.rubocop.yml', 'mix.exs'],
].flat();

/** Of `anyConfig` those of what runs tests, or loads what they test. */
const configOf = [
  [
    'vitest',
    'vite',
    'jest',
    'babel',
    'ava',
    'playwright',
    'cypress',
    'karma',
    'wdio',
    'nightwatch',
  ],
  [
    'web-test-runner',
    'eslint',
    'prettier',
    'webpack',
    'rollup',
    'swc',
    'tsup',
    'next',
    'nuxt',
    'svelte',
  ],
].flat();

/**
 * At any depth, since a repository holds more than one package. Build files that every new source file changes
 * (`CMakeLists.txt`, `meson.build`, `*.csproj`) are left out: with those of the base no such work could be accepted.
 * `bzzz policy check` warns of them.
 */
export const usualJudge: readonly string[] = [
  ...[...testFolders, ...runnerFolders].map((name) => `**/${name}/**`),
  ...scripts,
  ...[...tests, ...settings].map((name) => `**/${name}`),
];

/**
 * What would steer the tests of the base branch although nothing there names it: settings that the usual tools find by
 * themselves. `everywhere`: also in a folder that the base branch has not.
 */
export const steering: Readonly<Record<'everywhere' | 'beside', readonly string[]>> = {
  everywhere: [...runnerFolders.map((name) => `**/${name}/**`), `**/${conftest}`],
  beside: [
    ...settings.filter((name) => name !== anyConfig && name !== conftest),
    ...configOf.map((tool) => `${tool}.config.*`),
  ].map((name) => `**/${name}`),
};

interface JudgeFields {
  readonly judge: readonly string[];
  readonly newTests: { readonly files: readonly string[] };
}

/** What is taken from the base branch when the acceptance runs. */
export function judgeGlobs({ judge, newTests }: JudgeFields): string[] {
  return [...new Set([...judge, ...newTests.files])];
}

/**
 * What of it helps a new test where it is new itself, such as a fixture. A script is none: it may well be the work that
 * the test is about, and then the test would prove nothing beside it.
 */
export function helperGlobs(policy: JudgeFields): string[] {
  return judgeGlobs(policy).filter((glob) => !scripts.includes(glob));
}
