/** What a result may contain. Looks at every commit that would be pushed, not at the net change. */
import {
  alwaysProtected,
  type ErrorCode,
  errorRegistry,
  exactGlobMatcher,
  globMatcher,
  type Policy,
} from '@bzzz/protocol';
import type { Collected, CommitFacts, Workspace } from '../ports/index.ts';

/** Why a result must not be published. */
export interface Objection {
  readonly code: Extract<ErrorCode, `result_${string}`>;
  /** Goes on after "it". */
  readonly reason: string;
}

/** The first reason why a result must not be published, or undefined. */
export function objection(collected: Collected, policy: Policy): string | undefined {
  return objectionOf(collected, policy)?.reason;
}

/** The same, with what it is known by. */
export function objectionOf(collected: Collected, policy: Policy): Objection | undefined {
  for (const commit of collected.commits) {
    const found = objectionToCommit(commit, policy);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** For people: what is wrong, and what they can do. */
export function refusalText({ code, reason }: Objection): string {
  return `the result was refused: it ${reason}\n${code}: ${errorRegistry[code].advice}`;
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

function objectionToCommit(commit: CommitFacts, policy: Policy): Objection | undefined {
  const found = closedPathIn(commit, policy);
  if (found !== undefined) return found;
  const reason = oddIn(commit) ?? excessOf(commit, policy) ?? secretIn(commit);
  return reason === undefined ? undefined : { code: 'result_refused', reason };
}

function closedPathIn(
  { files }: CommitFacts,
  { protected: guarded, allowed }: Policy,
): Objection | undefined {
  const isGuarded = globMatcher([...alwaysProtected, ...guarded]);
  const touched = files.find(({ path }) => isGuarded(path));
  if (touched !== undefined) {
    return { code: 'result_protected', reason: `touches the protected path ${touched.path}` };
  }
  if (allowed === undefined) return undefined;
  const isAllowed = exactGlobMatcher(allowed);
  const outside = files.find(({ path }) => !isAllowed(path));
  if (outside === undefined) return undefined;
  const only = listed(allowed);
  return {
    code: 'result_not_allowed',
    reason: `touches ${outside.path}, and may touch only ${only}`,
  };
}

/** A reason is no place for a long list. */
function listed(globs: readonly string[]): string {
  const more = globs.length - globsShownMax;
  const shown = globs.slice(0, globsShownMax).join(', ');
  return more > 0 ? `${shown} and what ${more} further patterns of the policy name` : shown;
}

const globsShownMax = 10;

function oddIn({ files }: CommitFacts): string | undefined {
  const odd = files.find((file) => file.mode === '160000' || file.mode === '120000');
  if (odd === undefined) return undefined;
  return `${odd.path} is a ${odd.mode === '160000' ? 'submodule' : 'symbolic link'}`;
}

function excessOf({ files }: CommitFacts, { limits }: Policy): string | undefined {
  const { changedFilesMax, changedBytesMax, changedLinesMax } = limits;
  if (files.length > changedFilesMax)
    return `changes ${files.length} files, at most ${changedFilesMax}`;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > changedBytesMax) return `changes ${bytes} bytes, at most ${changedBytesMax}`;
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  if (lines > changedLinesMax) return `changes ${lines} lines, at most ${changedLinesMax}`;
  return undefined;
}

function secretIn({ secrets: [secret] }: CommitFacts): string | undefined {
  return secret && `${secret.path} looks like it holds a secret (${secret.rule})`;
}
