/** What a result may contain. Looks at every commit that would be pushed, not at the net change. */
import { alwaysProtected, matchesAny, type Policy } from '@bzzz/protocol';
import type { Collected, CommitFacts, Workspace } from '../ports/index.ts';

/** The first reason why a result must not be published, or undefined. */
export function objection(collected: Collected, policy: Policy): string | undefined {
  for (const commit of collected.commits) {
    const reason = objectionToCommit(commit, policy);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Why no coding tool may start in these files: one that worked there before would tell it what to do. */
export async function agentsObjection(
  workspace: Pick<Workspace, 'agentsChanged'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = await workspace.agentsChanged({ signal });
  return path === null
    ? undefined
    : `the work so far changes ${path}, by which coding tools are told what to do`;
}

function touches(path: string): string {
  return `touches the protected path ${path}`;
}

function objectionToCommit({ files, secrets }: CommitFacts, policy: Policy): string | undefined {
  const { changedFilesMax, changedBytesMax, changedLinesMax } = policy.limits;
  const guarded = [...alwaysProtected, ...policy.protected];
  const touched = files.find((file) => matchesAny(file.path, guarded));
  if (touched !== undefined) return touches(touched.path);
  const odd = files.find((file) => file.mode === '160000' || file.mode === '120000');
  if (odd !== undefined) {
    return `${odd.path} is a ${odd.mode === '160000' ? 'submodule' : 'symbolic link'}`;
  }
  if (files.length > changedFilesMax)
    return `changes ${files.length} files, at most ${changedFilesMax}`;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > changedBytesMax) return `changes ${bytes} bytes, at most ${changedBytesMax}`;
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  if (lines > changedLinesMax) return `changes ${lines} lines, at most ${changedLinesMax}`;
  const [secret] = secrets;
  if (secret !== undefined) return `${secret.path} looks like it holds a secret (${secret.rule})`;
  return undefined;
}
