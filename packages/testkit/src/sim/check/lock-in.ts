import { decodeLockCommit, isBzzzError, type RepoName } from '@bzzz/protocol';

type Lock = ReturnType<typeof decodeLockCommit>;

/** A dozen checks read each commit that goes by, and it is always the same object. */
const read = new WeakMap<Uint8Array, { readonly repo: RepoName; readonly lock: Lock }>();

/** What a commit of a lock branch says. Throws `lock_malformed`. */
export function lockOf(repo: RepoName, commit: Uint8Array): Lock {
  const known = read.get(commit);
  if (known?.repo === repo) return known.lock;
  const lock = decodeLockCommit(repo, commit);
  read.set(commit, { repo, lock });
  return lock;
}

/** The same; undefined of one that a person pushed there. */
export function lockIn(repo: RepoName, commit: Uint8Array): Lock | undefined {
  try {
    return lockOf(repo, commit);
  } catch (error) {
    if (isBzzzError(error, 'lock_malformed')) return undefined;
    throw error;
  }
}
