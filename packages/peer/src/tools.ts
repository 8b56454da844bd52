import { createRunner } from '@bzzz/execution';
import type { Config } from '@bzzz/protocol';

/** Programs that recipes commonly need; `work.tools` adds to them. One line a family. */
const usualTools = [
  ['bash', 'git', 'perl', 'sh'],
  ['ant', 'bazel', 'cmake', 'ctest', 'just', 'make', 'meson', 'ninja'],
  ['clang', 'g++', 'gcc'],
  ['bun', 'deno', 'node', 'npm', 'npx', 'pnpm', 'yarn'],
  ['pip', 'pip3', 'poetry', 'pytest', 'python', 'python3', 'tox', 'uv'],
  ['go', 'gofmt', 'golangci-lint'],
  ['cargo', 'rustc', 'rustfmt'],
  ['gradle', 'java', 'javac', 'kotlinc', 'mvn', 'sbt'],
  ['dotnet'],
  ['composer', 'php', 'phpunit'],
  ['bundle', 'rake', 'rspec', 'ruby'],
  ['dart', 'elixir', 'flutter', 'ghc', 'lua', 'mix', 'swift', 'zig'],
].flat();

/** The programs that a command of a recipe could start on this machine. */
export function findTools({ sandbox, tools }: Config['work']): string[] {
  return createRunner({ sandbox }).findTools([...new Set([...usualTools, ...tools])].sort());
}
