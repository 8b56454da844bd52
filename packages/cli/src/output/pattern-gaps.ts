/** Patterns of a policy that name a folder of the repository, where only files are looked at: they name nothing. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Policy, policyPath } from '@bzzz/protocol';

export interface PatternGap {
  /** In the policy, such as `protected`. */
  readonly where: string;
  readonly pattern: string;
  readonly reason: string;
}

/** `file`: where the policy was read. Only in its place does it tell where the repository is. */
export async function patternGaps(file: string, policy: Policy): Promise<PatternGap[]> {
  const root = rootOf(file);
  if (root === null) return [];
  const found = patternsOf(policy).map(async ([where, pattern]) => {
    // Whether one with a wildcard is meant for files or for folders cannot be told.
    const isName = !/[*?]/.test(pattern);
    const path = join(root, pattern.replaceAll(/\\(.)/g, '$1'));
    if (!isName || !(await isFolder(path))) return [];
    return [
      { where, pattern, reason: `a folder, which names no file in it; \`${pattern}/**\` does` },
    ];
  });
  return (await Promise.all(found)).flat();
}

function rootOf(file: string): string | null {
  const folder = dirname(file);
  return join(basename(folder), basename(file)) === policyPath ? dirname(folder) : null;
}

function patternsOf(policy: Policy): [string, string][] {
  const of = (where: string, patterns: readonly string[] = []) =>
    patterns.map((pattern): [string, string] => [where, pattern]);
  return [
    ...of('protected', policy.protected),
    ...of('allowed', policy.allowed),
    ...of('judge', policy.judge),
    ...of('untrusted.protected', policy.untrusted.protected),
    ...of('newTests.files', policy.newTests.files),
    ...of('setup.inputs', policy.setup?.inputs),
  ];
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}
