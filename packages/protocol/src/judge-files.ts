/**
 * The files that judge a result. What a policy names replaces the usual ones below; the tests that it counts
 * (`newTests.files`) judge in any case.
 */

/** Of tests, of what they compare with, and of what runs them. */
const folders = [
  ['test', 'tests', '__tests__', 'spec', 'e2e', 'cypress'],
  ['src/*Test', '*.Test', '*.Tests', 'testdata', '__snapshots__', '__mocks__'],
  ['node_modules', '.cargo', '.mvn', 'gradle/wrapper'],
].flat();

const scripts = ['**/scripts/**', '**/script/**'];

/** Tests by their names, and what says which of them run, and how. */
const files = [
  ['*.test.*', '*.spec.*', '*_test.*', '*_spec.rb', '*.snap', '*.t'],
  ['test_*.py', 'tests.py', 'conftest.py'],
  ['Makefile', 'GNUmakefile', '*.mk', 'justfile', 'Taskfile.y*ml', 'Rakefile'],
  ['package.json', '.npmrc', '.yarnrc*', 'deno.json*', 'bunfig.toml', 'tsconfig*.json'],
  ['*.config.*', '.mocharc*', '.nycrc*', '.c8rc*', '.babelrc*', 'karma.conf.*'],
  ['vitest.workspace.*', '.eslintrc*', '.eslintignore', 'biome.json*', '.prettierrc*'],
  ['pytest.ini', '.pytest.ini', 'tox.ini', 'setup.cfg', 'pyproject.toml', 'noxfile.py'],
  ['.coveragerc', 'mypy.ini', '.flake8', 'ruff.toml', '.ruff.toml'],
  ['Cargo.toml', 'clippy.toml', '.golangci.*'],
  ['pom.xml', 'build.gradle*', 'settings.gradle*', 'gradle.properties', 'build.sbt'],
  ['mvnw*', 'gradlew*', '*.runsettings', 'Directory.Build.*'],
  ['composer.json', 'phpunit.*', 'phpstan.*', '.rspec', '.rubocop.yml', 'mix.exs'],
].flat();

/**
 * At any depth, since a repository holds more than one package. Build files that every new source file changes
 * (`CMakeLists.txt`, `meson.build`, `*.csproj`) are left out: with those of the base no such work could be accepted.
 * `bzzz policy check` warns of them.
 */
export const usualJudge: readonly string[] = [
  ...folders.map((name) => `**/${name}/**`),
  ...scripts,
  ...files.map((name) => `**/${name}`),
];

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
