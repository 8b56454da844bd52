/**
 * The change of one commit on top of another base, without a worktree: `git merge-tree`, of git 2.38 and
 * later (git-merge-tree(1)). No driver, filter or hook of the repository runs in it.
 */
import type { Rebased } from '@bzzz/coordination';
import { BzzzError, commitBytes, Oid } from '@bzzz/protocol';
import { localFailure } from './failures.ts';
import type { Mirror } from './mirror.ts';

const writer = { name: 'bzzz', email: 'bzzz@bzzz.invalid' };

/** `work` must stand on an ancestor of `base`. Throws `git_failed`. */
export async function rebase(
  mirror: Mirror,
  work: Oid,
  base: Oid,
  signal: AbortSignal,
): Promise<Rebased> {
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', base, work];
  const outcome = await mirror.local(args, { signal });
  // 1: some files conflict.
  if (outcome.exitCode !== 0 && outcome.exitCode !== 1) {
    throw localFailure('git merge-tree', outcome);
  }
  const [tree = '', ...names] = outcome.stdout.toString('utf8').split('\0');
  const parsed = Oid.safeParse(tree);
  if (!parsed.success) throw new BzzzError('git_failed', 'git merge-tree named no tree');
  const commit = commitBytes({
    tree: parsed.data,
    parent: base,
    author: writer,
    // The same for the same change, whoever makes it.
    timeSeconds: 0,
    message: `The change of ${work} on ${base}\n`,
  });
  const oid = Oid.parse(await mirror.writeObject('commit', commit, signal));
  return { oid, conflicts: [...new Set(names.filter((name) => name !== ''))] };
}
