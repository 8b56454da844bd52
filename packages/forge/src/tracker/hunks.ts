import type { PullRow, RepoRow } from '../store/rows.ts';
import type { World } from '../world.ts';

interface Line {
  readonly path: string;
  readonly line: number;
  /** Of the file as it was before, or as the pull request leaves it. */
  readonly side: 'LEFT' | 'RIGHT';
  readonly commit: string;
}

/** The part of the diff that shows this line; null: no part does, so nobody can comment there. */
export async function hunkAt(
  world: World,
  at: { readonly repo: RepoRow; readonly pull: PullRow },
  { path, line, side, commit }: Line,
): Promise<string | null> {
  const args = ['--literal-pathspecs', 'diff', `${at.pull.base_sha}...${commit}`, '--', path];
  const diff = await world.git.text(at.repo.full_name, args);
  const hunks = diff.split(/^(?=@@ )/m).slice(1);
  const shown = hunks.find((hunk) => {
    const [, before, beforeLines = '1', after, afterLines = '1'] =
      /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(hunk) ?? [];
    const from = Number(side === 'LEFT' ? before : after);
    const lines = Number(side === 'LEFT' ? beforeLines : afterLines);
    return line >= from && line < from + lines;
  });
  return shown?.trimEnd() ?? null;
}

/**
 * Whether the file of a comment is at the head still as it was when the comment was made. GitHub follows
 * a line through later changes of its file; here it is lost at the first.
 */
export async function isOutdated(
  world: World,
  at: { readonly repo: RepoRow; readonly pull: PullRow },
  comment: { readonly path: string | null; readonly commit_sha: string | null },
): Promise<boolean> {
  const { repo, pull } = at;
  if (comment.commit_sha === pull.head_sha) return false;
  const blobAt = (commit: string): Promise<string | null> =>
    world.git.resolve(repo.full_name, `${commit}:${comment.path ?? ''}`, 'blob');
  const [before, now] = await Promise.all([
    blobAt(comment.commit_sha ?? ''),
    blobAt(pull.head_sha),
  ]);
  return before === null || before !== now;
}
