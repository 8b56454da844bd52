/**
 * The system's git, kept from everything that somebody else could have configured: its own git
 * directory, no system or user configuration, no hooks, no filters, no attributes that change
 * content. What an executor did to the `.git` of its worktree is never looked at.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BzzzError, type ErrorCode, reasonOf } from '@bzzz/protocol';
import { type Captured, runOnce } from './capture.ts';
import { lastChars } from './cut.ts';

export interface GitPlace {
  readonly gitDir: string;
  /** Object store to read from and write to; default: the one of `gitDir`. */
  readonly objects?: string;
  /** A further object store, only read from. */
  readonly alternates?: string;
  readonly workTree?: string;
  readonly index?: string;
  /** What starts git where these paths are, such as a sandbox; default: git itself, in `workTree`. */
  readonly started?: readonly string[];
}

export interface GitOptions {
  readonly signal?: AbortSignal | undefined;
  readonly input?: Uint8Array | string;
  /** Of the error when git says no. Default `workspace_failed`. */
  readonly code?: ErrorCode;
}

export type Git = (args: readonly string[], options?: GitOptions) => Promise<Buffer>;

const configuration = `[core]
\trepositoryformatversion = 0
\tbare = false
\thooksPath = /dev/null
\tattributesFile = /dev/null
\texcludesFile = /dev/null
\tfsmonitor = false
\tuntrackedCache = false
\tautocrlf = false
\tsafecrlf = false
\tfileMode = true
\tsymlinks = true
\tignoreCase = false
\tprotectHFS = true
\tprotectNTFS = true
\tprecomposeUnicode = false
\tlogAllRefUpdates = false
[gc]
\tauto = 0
[submodule]
\trecurse = false
[maintenance]
\tauto = false
[user]
\tname = bzzz
\temail = bzzz@bzzz.invalid
`;

/**
 * Files come out of git byte by byte as they are stored, and go in the same way. This file outranks
 * every `.gitattributes` of a tree.
 */
const attributes = '* -text -ident -filter !working-tree-encoding !eol !diff\n';

/** Makes a git directory without a branch, a remote or a template at an absolute path. */
export async function makeGitDir(gitDir: string): Promise<void> {
  for (const folder of ['objects', 'refs', 'info']) {
    await mkdir(join(gitDir, folder), { recursive: true });
  }
  await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/work\n');
  await writeFile(join(gitDir, 'config'), configuration);
  await writeFile(join(gitDir, 'info', 'attributes'), attributes);
}

/** Git at a place. Throws `workspace_failed` or the code asked for, `aborted`. */
export function gitAt(place: GitPlace): Git {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_DIR: place.gitDir,
    ...(place.objects === undefined ? {} : { GIT_OBJECT_DIRECTORY: place.objects }),
    ...(place.alternates === undefined
      ? {}
      : { GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(place.alternates) }),
    ...(place.workTree === undefined ? {} : { GIT_WORK_TREE: place.workTree }),
    ...(place.index === undefined ? {} : { GIT_INDEX_FILE: place.index }),
  };
  const [program = 'git', ...before] = place.started ?? [];
  // Where a sandbox begins is its own affair.
  const cwd = place.started === undefined ? place.workTree : '/';
  return async (args, { signal, input, code = 'workspace_failed' } = {}) => {
    let done: Captured;
    try {
      done = await runOnce(program, [...before, ...args], { signal, input, env, cwd });
    } catch (error) {
      if (error instanceof BzzzError) throw error;
      throw new BzzzError('workspace_failed', `git: ${reasonOf(error)}`, { cause: error });
    }
    if (done.code === 0) return done.stdout;
    const said = lastChars(done.stderr.toString('utf8').trim(), 300);
    throw new BzzzError(code, `git ${args[0] ?? ''} ended with ${done.code}: ${said}`);
  };
}

/** The variable is a list: in quotes, a path may hold its separator. */
function quoted(path: string): string {
  return `"${path.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
}
