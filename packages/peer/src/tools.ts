import { createRunner } from '@bzzz/execution';
import type { Config } from '@bzzz/protocol';

/** Programs that recipes commonly need; `work.tools` adds to them. */
const usualTools = [
  'bash',
  'cargo',
  'cmake',
  'gcc',
  'git',
  'go',
  'java',
  'make',
  'node',
  'npm',
  'npx',
  'perl',
  'pip',
  'python3',
  'ruby',
  'rustc',
  'sh',
];

/** The programs that a command of a recipe could start on this machine. */
export function findTools({ sandbox, tools }: Config['work']): string[] {
  return createRunner({ sandbox }).findTools([...new Set([...usualTools, ...tools])].sort());
}
