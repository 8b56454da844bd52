import { decodeLockCommit, isBzzzError, type RepoName } from '@bzzz/protocol';

/** What a commit of a lock branch says; undefined of one that a person pushed there. */
export function lockIn(
  repo: RepoName,
  commit: Uint8Array,
): ReturnType<typeof decodeLockCommit> | undefined {
  try {
    return decodeLockCommit(repo, commit);
  } catch (error) {
    if (isBzzzError(error, 'lock_malformed')) return undefined;
    throw error;
  }
}
