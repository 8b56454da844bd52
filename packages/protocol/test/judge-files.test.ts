/** Which files judge a result where a policy says nothing of its own. */
import { describe, expect, it } from 'vitest';
import { globMatcher, helperGlobs, judgeGlobs, parsePolicy, steering } from '../src/index.ts';

const usual = parsePolicy('version: 1');
const judges = globMatcher(judgeGlobs(usual));
const helps = globMatcher(helperGlobs(usual));

describe('by default the base keeps', () => {
  it.each([
    ['JavaScript', 'packages/a/test/x.mjs packages/a/src/x.test.ts src/__tests__/x.js'],
    ['its runners', 'packages/a/package.json .mocharc.json apps/b/vitest.config.ts deno.jsonc'],
    ['what it compares with', 'src/__snapshots__/x.snap go/testdata/x.golden a/__mocks__/fs.js'],
    ['Python', 'conftest.py pkg/conftest.py pkg/test_a.py pkg/a_test.py app/tests.py'],
    ['its runners', 'pytest.ini tox.ini setup.cfg pyproject.toml noxfile.py services/a/tox.ini'],
    ['Go', 'cmd/a/main_test.go .golangci.yml'],
    ['Rust', 'crates/a/tests/it.rs Cargo.toml crates/a/Cargo.toml .cargo/config.toml'],
    ['Java and Kotlin', 'src/test/java/ATest.java app/src/androidTest/x.xml pom.xml a/pom.xml'],
    ['their runners', 'build.gradle.kts settings.gradle gradlew .mvn/jvm.config gradle.properties'],
    ['.NET', 'A.Tests/Helper.cs src/ATests.cs a.runsettings Directory.Build.props'],
    ['Ruby', 'spec/a_spec.rb engines/a/spec/spec_helper.rb .rspec Rakefile lib/a_test.rb'],
    ['PHP', 'tests/ATest.php phpunit.xml.dist composer.json'],
    ['make and scripts', 'Makefile sub/makefile rules.mk justfile scripts/test.sh a/script/test'],
  ])('%s: %s', (_, paths) => {
    for (const path of paths.split(' ')) expect([path, judges(path)]).toEqual([path, true]);
  });

  it('and not the work itself, whatever it is called', () => {
    const work =
      'src/main/java/Latest.java src/Contest.kt src/Manifest.php src/attest.ts lib/protest.rb main.go ' +
      'src/lib.rs src/index.ts app/models.py CMakeLists.txt src/A.csproj README.md latest/x.js go.mod';
    for (const path of work.split(' ')) expect([path, judges(path)]).toEqual([path, false]);
  });
});

it('tests judge whatever else a policy names', () => {
  const policy = parsePolicy('version: 1\njudge: [ci/**]\nnewTests: {files: ["checks/**"]}');
  expect(judgeGlobs(policy)).toEqual(['ci/**', 'checks/**']);
  expect(judgeGlobs(parsePolicy('version: 1\njudge: []'))).toEqual(usual.newTests.files);
});

it('a new script is no helper of a new test, except where it lies among them', () => {
  expect(['scripts/fetch.py', 'a/script/x'].map((path) => helps(path))).toEqual([false, false]);
  expect(['test/scripts/x.sh', 'test/fixture.json'].map((path) => helps(path))).toEqual([
    true,
    true,
  ]);
});

it('a person may copy the list', () => {
  const judge = JSON.stringify(usual.judge);
  expect(parsePolicy(`version: 1\njudge: ${judge}`).judge).toEqual(usual.judge);
});

it('what steers by its name judges, and no test or ordinary work steers', () => {
  const steers = globMatcher([...steering.everywhere, ...steering.beside]);
  const settings =
    'jest.config.ts a/vitest.config.mjs GNUmakefile conftest.py .npmrc a/node_modules/b/c.js .cargo/config';
  for (const path of settings.split(' ')) {
    expect([path, steers(path), judges(path)]).toEqual([path, true, true]);
  }
  const everywhere = globMatcher(steering.everywhere);
  expect(['new/conftest.py', 'new/package.json'].map((path) => everywhere(path))).toEqual([
    true,
    false,
  ]);
  const others = 'src/app.config.ts test/a.test.js a/__mocks__/fs.js scripts/x.sh src/a.ts';
  for (const path of others.split(' ')) expect([path, steers(path)]).toEqual([path, false]);
});
