import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { forgeError } from '../errors.ts';
import { runGit } from './plumbing.ts';
import type { GitResult, GitRunOptions } from './plumbing.ts';

/** The bare repositories on disk, `<root>/<owner>/<repo>.git`: the truth about everything git. */
export interface GitHost {
  /** Where the repository lies. */
  dirOf(fullName: string): string;
  /** Makes the repository if it is not there. */
  create(fullName: string, defaultBranch: string): Promise<void>;
  /** Any exit code. */
  run(fullName: string, args: readonly string[], options?: GitRunOptions): Promise<GitResult>;
  /** Exit code 0, standard output without the last line break. Throws `forge_git` otherwise. */
  text(fullName: string, args: readonly string[], options?: GitRunOptions): Promise<string>;
  /** The full id of what `revision` names as that type; null when there is none. */
  resolve(
    fullName: string,
    revision: string,
    type?: 'commit' | 'tree' | 'blob' | 'object',
  ): Promise<string | null>;
  /** The ids of all refs of a prefix, by name. */
  refs(fullName: string, prefix: string): Promise<Map<string, string>>;
  /** The same with the types of the objects, in the order of the names. */
  listRefs(fullName: string, prefix: string): Promise<GitRef[]>;
  /** One at a time a repository: whatever writes refs by REST or brings rows in step with refs. */
  locked<T>(fullName: string, work: () => Promise<T>): Promise<T>;
}

export interface GitRef {
  readonly name: string;
  readonly sha: string;
  readonly type: string;
}

export function createGitHost(root: string): GitHost {
  const tails = new Map<string, Promise<unknown>>();
  const dirOf = (fullName: string): string => path.join(root, `${fullName}.git`);

  const text: GitHost['text'] = async (fullName, args, options) => {
    const result = await runGit(dirOf(fullName), args, options);
    if (result.code !== 0) {
      throw forgeError('forge_git', `git ${args[0] ?? ''} in ${fullName}: ${result.stderr}`);
    }
    return result.stdout.toString('utf8').replace(/\n$/, '');
  };

  const listRefs: GitHost['listRefs'] = async (fullName, prefix) => {
    const format = '--format=%(objectname) %(objecttype) %(refname)';
    const lines = await text(fullName, ['for-each-ref', format, prefix]);
    return lines.split('\n').flatMap((line) => {
      const [sha, type, name] = line.split(' ');
      return sha === undefined || type === undefined || name === undefined
        ? []
        : { sha, type, name };
    });
  };

  return {
    dirOf,
    async create(fullName, defaultBranch) {
      const dir = dirOf(fullName);
      if (await exists(path.join(dir, 'HEAD'))) return;
      await mkdir(dir, { recursive: true });
      await runGit(dir, ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, '.']);
      for (const [key, value] of repositoryConfig) await text(fullName, ['config', key, value]);
    },
    run: (fullName, args, options) => runGit(dirOf(fullName), args, options),
    text,
    async resolve(fullName, revision, type = 'commit') {
      if (revision.startsWith('-') || revision.includes('\0')) return null;
      const args = [
        'rev-parse',
        '--verify',
        '--quiet',
        '--end-of-options',
        `${revision}^{${type}}`,
      ];
      const result = await runGit(dirOf(fullName), args);
      return result.code === 0 ? result.stdout.toString('utf8').trim() : null;
    },
    listRefs,
    async refs(fullName, prefix) {
      const refs = await listRefs(fullName, prefix);
      return new Map(refs.map(({ name, sha }) => [name, sha]));
    },
    locked(fullName, work) {
      const result = (tails.get(fullName) ?? Promise.resolve()).then(work);
      // The next in the queue starts whatever became of this one; its caller gets the error.
      tails.set(
        fullName,
        result.then(
          () => undefined,
          () => undefined,
        ),
      );
      return result;
    },
  };
}

const repositoryConfig = [
  // Like GitHub: any commit that is still there can be fetched by its id.
  ['uploadpack.allowAnySHA1InWant', 'true'],
  ['receive.autogc', 'false'],
  ['gc.auto', '0'],
  ['receive.fsckObjects', 'true'],
  ['core.logAllRefUpdates', 'true'],
] as const;

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
