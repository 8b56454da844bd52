/**
 * Where a result could mend its own judge: commands of an acceptance that start what a result may change, or whose
 * tool reads what a result may change. Only the policy is looked at, and what everybody knows of the usual tools.
 */
import { globMatcher, judgeGlobs, type Policy } from '@bzzz/protocol';
import { type Started, startedBy } from './started.ts';

export interface Gap {
  /** In the policy, such as `plain.accept`. */
  readonly where: string;
  readonly command: string;
  /** What a result may change, and what to do. */
  readonly reason: string;
}

type Argv = readonly string[];

export function judgeGaps(policy: Policy): Gap[] {
  const isJudge = globMatcher(judgeGlobs(policy));
  const gaps = acceptedBy(policy).flatMap(([where, argv]) =>
    startedBy(argv)
      .flatMap((started) => reasonsOf(started, isJudge))
      .map((reason) => ({ where, command: argv.join(' '), reason })),
  );
  // A command that several recipes share is one thing to mend.
  const told = new Set<string>();
  return gaps.filter(({ reason, command }) => {
    const key = JSON.stringify([command, reason]);
    return !told.has(key) && told.add(key);
  });
}

function acceptedBy({ recipes, plain, acceptances, newTests }: Policy): [string, Argv][] {
  const of = (where: string, argvs: readonly Argv[]) =>
    argvs.map((argv): [string, Argv] => [where, argv]);
  return [
    ...Object.entries(recipes).flatMap(([name, { accept }]) =>
      of(`recipes.${name}.accept`, accept),
    ),
    ...of('plain.accept', plain?.accept ?? []),
    ...Object.entries(acceptances).flatMap(([name, argv]) => of(`acceptances.${name}`, [argv])),
    ...of('newTests.run', newTests.run === undefined ? [] : [newTests.run]),
  ];
}

function reasonsOf(
  { tool, words, scripts, configs }: Started,
  isJudge: (path: string) => boolean,
): string[] {
  const isFree = (name: string) => !isJudge(name.replaceAll('*', 'a'));
  const does = toolName(tool);
  const reads = (definitions[does] ?? []).filter((name) => !configs.includes(name));
  const say = (path: string, what: string) =>
    `a result may change ${path}, which ${what}; name it in \`judge\``;
  return [
    ...scripts.filter(isFree).map((path) => say(path, 'it runs')),
    ...configs.filter(isFree).map((path) => say(path, 'it reads')),
    // One of several names is enough to see that the tool was thought of.
    ...(configs.length === 0 && reads.length > 0 && reads.every(isFree)
      ? [say(reads.join(' or '), `says what ${does} does`)]
      : []),
    ...(does === 'cargo' && runsAllTests(words) ? [inSources] : []),
  ];
}

/** No list of files can keep them. */
const inSources =
  'a result may change the tests that stand in source files; keep those that count below `tests`, and name them with `--test`';

function runsAllTests([command = '', ...rest]: Argv): boolean {
  const isTest = ['test', 't', 'nextest'].includes(command);
  return isTest && !rest.some((word) => /^--tests?(?:=|$)/.test(word));
}

function toolName(tool: string): string {
  const name = tool.replace(/\.(?:cmd|bat|exe)$/, '');
  return name === 'mvnw' ? 'mvn' : name === 'gradlew' ? 'gradle' : name;
}

/** What tells a tool which tests there are, or what its commands mean. */
const definitions: Readonly<Record<string, readonly string[]>> = {
  npm: ['package.json'],
  pnpm: ['package.json'],
  yarn: ['package.json'],
  jest: ['jest.config.js', 'package.json'],
  vitest: ['vitest.config.ts', 'vite.config.ts'],
  playwright: ['playwright.config.ts'],
  mocha: ['.mocharc.json', 'package.json'],
  tsc: ['tsconfig.json'],
  make: ['Makefile'],
  gmake: ['Makefile'],
  just: ['justfile'],
  task: ['Taskfile.yml'],
  rake: ['Rakefile'],
  rspec: ['.rspec', '*_spec.rb'],
  tox: ['tox.ini', 'pyproject.toml'],
  nox: ['noxfile.py'],
  pytest: ['conftest.py', 'pytest.ini', 'pyproject.toml', 'tox.ini', 'setup.cfg'],
  go: ['*_test.go'],
  mvn: ['pom.xml'],
  gradle: ['build.gradle', 'build.gradle.kts'],
  sbt: ['build.sbt'],
  cargo: ['Cargo.toml'],
  composer: ['composer.json'],
  phpunit: ['phpunit.xml'],
  mix: ['mix.exs'],
  dotnet: ['*.csproj', '*.fsproj'],
  cmake: ['CMakeLists.txt'],
  ctest: ['CMakeLists.txt'],
  meson: ['meson.build'],
  bazel: ['BUILD.bazel'],
};
