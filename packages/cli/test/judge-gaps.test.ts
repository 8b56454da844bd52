/** `bzzz policy check` says where a result could mend its own judge. */
import { parsePolicy } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { judgeGaps } from '../src/output/judge-gaps.ts';

function reasons(accept: readonly string[], more: object = {}): string[] {
  const recipes = { go: { run: ['true'], accept } };
  const policy = parsePolicy(JSON.stringify({ version: 1, recipes, ...more }));
  return judgeGaps(policy).map(({ reason }) => reason);
}

const words = (line: string) => line.split(' ');

describe('nothing is to be said', () => {
  it.each([
    'npm test',
    'npx --no vitest run',
    'node --test',
    'node --test test/a.mjs src/a.test.js',
    'node --check src/index.js',
    'node -e process.exit(0)',
    'bash scripts/check.sh',
    'bash -e ./scripts/check.sh',
    'scripts/check',
    'make -C sub test',
    'python3 -m pytest tests',
    'uv run pytest pkg/test_a.py',
    'tox',
    'go test ./...',
    'cargo test --test it',
    './gradlew test',
    './mvnw verify',
    'bundle exec rspec',
    'composer test',
    'env CI=1 timeout 60 npm test',
    'test -f NOTE.md',
    'npx prettier --check src/a.ts',
    'npx --no tsc -p tsconfig.test.json',
    'node -p process.version',
    'sh -c "npm test"',
  ])('of %s', (line) => {
    expect(reasons(words(line))).toEqual([]);
  });
});

describe('a result could mend', () => {
  it.each([
    ['./check.sh', 'check.sh'],
    ['ci/run-tests --fast', 'ci/run-tests'],
    ['node tools/accept.mjs', 'tools/accept.mjs'],
    ['python3 -u run_checks.py', 'run_checks.py'],
    ['python3.12 -m pytest checks/all.py', 'checks/all.py'],
    ['bash -eu ci/run.sh', 'ci/run.sh'],
    ['env CI=1 timeout 60 ruby check.rb', 'check.rb'],
    ['node --test checks/a.mjs', 'checks/a.mjs'],
    ['make -f build/rules.make test', 'build/rules.make'],
    ['npx tsc --project=build.json', 'build.json'],
    ['ctest', 'CMakeLists.txt'],
    ['dotnet test', '*.csproj or *.fsproj'],
    ['cargo test', 'the tests that stand in source files'],
  ])('%s by %s', (line, path) => {
    expect(reasons(words(line))).toEqual([expect.stringContaining(`may change ${path}`)]);
  });

  it('what stands in a line of a shell', () => {
    expect(reasons(['sh', '-c', 'cd a && ./check.sh; node b.mjs'])).toEqual([
      'a result may change check.sh, which it runs; name it in `judge`',
      'a result may change b.mjs, which it runs; name it in `judge`',
    ]);
  });

  it.each([
    ['npm test', 'package.json'],
    ['make check', 'Makefile'],
    ['pytest', 'conftest.py or pytest.ini'],
    ['mvn -q verify', 'pom.xml'],
    ['cargo test --tests', 'Cargo.toml'],
  ])('%s where a policy names %s no longer', (line, path) => {
    const [reason, ...others] = reasons(words(line), { judge: ['docs/**'] });
    expect(reason).toContain(`may change ${path}`);
    expect(reason).toContain('name it in `judge`');
    expect(others).toEqual([]);
    expect(reasons(words(line), { judge: ['docs/**', ...path.split(' or ')] })).toEqual([]);
  });
});

it('looks at every command that accepts, and says where it stands', () => {
  const plain = { models: ['m'], accept: ['./a.sh'], commands: { go: ['./free.sh'] } };
  const policy = parsePolicy(
    JSON.stringify({
      version: 1,
      plain,
      recipes: { r: { run: ['./free.sh'], accept: [['./a.sh'], ['./b.sh']] } },
      acceptances: { strict: ['./c.sh'] },
      newTests: { run: ['./d.sh', '{file}'] },
    }),
  );
  expect(judgeGaps(policy).map(({ where, command }) => [where, command])).toEqual([
    ['recipes.r.accept', './a.sh'],
    ['recipes.r.accept', './b.sh'],
    ['acceptances.strict', './c.sh'],
    ['newTests.run', './d.sh {file}'],
  ]);
});
