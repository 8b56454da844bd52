import type { RepoRow } from '../store/rows.ts';
import { htmlUrl, repoUrl } from '../tracker/format.ts';
import type { World } from '../world.ts';

const statusWords: Record<string, string> = {
  A: 'added',
  M: 'modified',
  D: 'removed',
  R: 'renamed',
  T: 'changed',
  C: 'copied',
};

/** The changed files of a diff (`git diff-tree` or `git diff` arguments), as GitHub shows them. */
export async function changedFiles(
  world: World,
  repo: RepoRow,
  diff: { readonly args: readonly string[]; readonly head: string },
): Promise<Record<string, unknown>[]> {
  const run = (format: readonly string[]): Promise<string> =>
    world.git.text(repo.full_name, ['diff', '-M', '--no-color', ...format, ...diff.args]);
  const fields = (await run(['--raw', '--no-abbrev', '-z']))
    .split('\0')
    .filter((one) => one !== '');
  const counts = parseCounts(await run(['--numstat', '-z']));
  const patches = parsePatches(await run(['--patch']));
  const files: Record<string, unknown>[] = [];
  for (let at = 0; at < fields.length; ) {
    const [, , , sha, code] = (fields[at] ?? '').split(' ');
    const renamed = code?.startsWith('R') === true || code?.startsWith('C') === true;
    const previous = fields[at + 1] ?? '';
    const filename = renamed ? (fields[at + 2] ?? '') : previous;
    at += renamed ? 3 : 2;
    const index = files.length;
    const count = counts[index] ?? { additions: 0, deletions: 0 };
    const patch = patches[index];
    files.push({
      sha: sha === '0'.repeat(40) ? null : (sha ?? null),
      filename,
      status: statusWords[code?.[0] ?? ''] ?? 'changed',
      ...count,
      changes: count.additions + count.deletions,
      blob_url: `${htmlUrl(world, repo)}/blob/${diff.head}/${encodePath(filename)}`,
      raw_url: `${htmlUrl(world, repo)}/raw/${diff.head}/${encodePath(filename)}`,
      contents_url: `${repoUrl(world, repo)}/contents/${encodePath(filename)}?ref=${diff.head}`,
      ...(patch === undefined || patch === '' ? {} : { patch }),
      ...(renamed ? { previous_filename: previous } : {}),
    });
  }
  return files;
}

export const encodePath = (path: string): string =>
  path.split('/').map(encodeURIComponent).join('/');

interface Count {
  readonly additions: number;
  readonly deletions: number;
}

/** `-z` writes a rename as three fields: the counts with an empty name, the old name, the new. */
function parseCounts(text: string): Count[] {
  const fields = text.split('\0').filter((field, at, all) => field !== '' || at < all.length - 1);
  const counts: Count[] = [];
  for (let at = 0; at < fields.length; ) {
    const [additions, deletions, name] = (fields[at] ?? '').split('\t');
    if (additions === undefined || deletions === undefined) break;
    counts.push({
      additions: Number.parseInt(additions, 10) || 0,
      deletions: Number.parseInt(deletions, 10) || 0,
    });
    at += name === '' ? 3 : 1;
  }
  return counts;
}

/** From the first hunk of each file on. */
function parsePatches(text: string): string[] {
  const files = text.split(/^diff --git /m).slice(1);
  return files.map((file) => {
    const start = file.search(/^@@ /m);
    return start < 0 ? '' : file.slice(start).replace(/\n$/, '');
  });
}
