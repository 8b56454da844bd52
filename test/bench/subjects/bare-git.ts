/** The system's git as a person would start it, with nothing of @bzzz/github around it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type IssueNumber, lockRef, type RepoName, taskOfRef } from '@bzzz/protocol';
import type { Lock } from './locks.ts';

const run = promisify(execFile);

export interface BareGit {
  writeCommit(commit: Uint8Array): Promise<void>;
  /** False: git says no, whatever the reason. */
  push(repo: RepoName, lock: Lock): Promise<boolean>;
  /** Where all lock branches stand on the forge, as git tells it. */
  standing(repo: RepoName): Promise<ReadonlyMap<IssueNumber, string>>;
}

export async function openBareGit({
  dir,
  gitUrl,
  token,
}: {
  readonly dir: string;
  readonly gitUrl: string;
  readonly token: string;
}): Promise<BareGit> {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  const env = {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
  const git = (args: readonly string[]) => run('git', args, { env });
  const write = async (type: 'tree' | 'commit', content: Uint8Array): Promise<void> => {
    const writing = run('git', [`--git-dir=${dir}`, 'hash-object', '-w', '-t', type, '--stdin'], {
      env,
    });
    writing.child.stdin?.end(content);
    await writing;
  };
  await git(['init', '--quiet', '--bare', dir]);
  await write('tree', new Uint8Array());
  const urlOf = (repo: RepoName): string => `${gitUrl}/${repo}.git`;
  return {
    writeCommit: (commit) => write('commit', commit),
    async push(repo, { number, oid }) {
      const ref = lockRef(number);
      const lease = `--force-with-lease=${ref}:`;
      const args = ['push', '--quiet', lease, urlOf(repo), `${oid}:${ref}`];
      return git([`--git-dir=${dir}`, ...args]).then(
        () => true,
        () => false, // who won is looked at afterwards
      );
    },
    async standing(repo) {
      const { stdout } = await git(['ls-remote', urlOf(repo)]);
      const found = new Map<IssueNumber, string>();
      for (const line of stdout.trim().split('\n')) {
        const [oid = '', ref = ''] = line.split('\t');
        const task = taskOfRef(ref);
        if (task?.branch === 'lock') found.set(task.number, oid);
      }
      return found;
    },
  };
}
