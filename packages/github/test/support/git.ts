/** The system's git for what a person or the execution side does in a test. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Oid } from '@bzzz/protocol';

const run = promisify(execFile);

export interface GitRunOptions {
  readonly env?: Readonly<Record<string, string>>;
}

export async function git(
  dir: string,
  args: readonly string[],
  options: GitRunOptions = {},
): Promise<string> {
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Person',
    GIT_AUTHOR_EMAIL: 'person@example.invalid',
    GIT_COMMITTER_NAME: 'Person',
    GIT_COMMITTER_EMAIL: 'person@example.invalid',
    ...options.env,
  };
  const { stdout } = await run('git', [...args], { cwd: dir, env });
  return stdout.trim();
}

/** A commit of these files on top of the parent, made in a bare repository without a checkout. */
export async function commitFiles(
  dir: string,
  files: Readonly<Record<string, string>>,
  parent: Oid | null,
): Promise<Oid> {
  const index = path.join(tmpdir(), `bzzz-index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    await git(dir, ['read-tree', parent ?? '--empty'], { env });
    for (const [file, text] of Object.entries(files)) {
      const blob = await writeBlob(dir, text);
      await git(dir, ['update-index', '--add', '--cacheinfo', `100644,${blob},${file}`], { env });
    }
    const tree = await git(dir, ['write-tree'], { env });
    const parents = parent === null ? [] : ['-p', parent];
    return Oid.parse(await git(dir, ['commit-tree', tree, ...parents, '-m', 'A change']));
  } finally {
    await rm(index, { force: true });
  }
}

async function writeBlob(dir: string, text: string): Promise<string> {
  const promise = run('git', ['hash-object', '-w', '--stdin'], { cwd: dir });
  promise.child.stdin?.end(text);
  return (await promise).stdout.trim();
}
