/** The branches of all tasks as git shows them to anybody who may read, without a mirror and without a task. */
import { branchPrefix, limits, type Oid, type RepoName } from '@bzzz/protocol';
import { createGitRunner } from './git/process.ts';
import { createRemote } from './git/remote.ts';
import { settingsOf } from './options.ts';
import { createStats } from './stats.ts';
import type { TokenSource } from './token/source.ts';

export interface BranchReader {
  /** Tips by full name of the ref. Throws what the forge port says of a read. */
  tips(repo: RepoName, signal: AbortSignal): Promise<ReadonlyMap<string, Oid>>;
  /** The bytes of a lock commit; more than a lock has are cut. Throws the same. */
  commit(repo: RepoName, oid: Oid, signal: AbortSignal): Promise<Uint8Array>;
}

export function createBranchReader(
  { token }: { readonly token: TokenSource },
  { gitUrl }: { readonly gitUrl: string },
): BranchReader {
  // Nothing is kept on disk, so the folder does not matter.
  const settings = settingsOf({ gitUrl, dataDir: '.' });
  const remote = createRemote({ runGit: createGitRunner(), token, stats: createStats() }, settings);
  return {
    tips: (repo, signal) => remote.tipsUnder(repo, branchPrefix, signal),
    commit: (repo, oid, signal) => remote.commit(repo, oid, limits.lockCommitBytesMax, signal),
  };
}
