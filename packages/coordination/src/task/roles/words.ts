/** What a step hears of those before it: words of models and what was changed, all of it data. */
import { isBzzzError, type RoleName } from '@bzzz/protocol';
import type { Base, PromptPart, Workspace, Workspaces } from '../../ports/index.ts';

/** A model with a window of 32,768 tokens has room for it beside its own work. */
const changeCharsMax = 24_000;
const wordsCharsMax = 8_000;
const filesMax = 200;

export function wordsOf(role: RoleName, words: string): PromptPart {
  const said = words.trim() === '' ? '(It said nothing.)' : clipped(words.trim());
  return { source: 'model', text: `The ${role} says:\n\n${said}` };
}

export function sentBack(words: string): PromptPart {
  const text = `Your change is in the files, and the critic has sent it back. It says:\n\n${clipped(words.trim())}`;
  return { source: 'model', text };
}

/** What a critic judges: lines of files, whoever wrote them. */
export function changeAs(text: string): PromptPart {
  return { source: 'repository', text: `What was changed so far:\n\n${text}` };
}

/** Of an attempt so far, as git tells it, or the names of the files where that is too much. */
export async function changeIn(
  workspaces: Pick<Workspaces, 'diff'>,
  { workspace, base, message }: { workspace: Workspace; base: Base; message: string },
  signal: AbortSignal,
): Promise<string> {
  const collected = await workspace.collect(message, { signal });
  if (collected === null) return '(Nothing.)';
  const job = { base, from: base.oid, to: collected.result, charsMax: changeCharsMax };
  try {
    return await workspaces.diff(job, { signal });
  } catch (error) {
    if (!isBzzzError(error, 'patch_too_large')) throw error;
    const paths = collected.commits.flatMap(({ files }) =>
      files.map(({ path, status }) => `${status} ${path}`),
    );
    const shown = [...new Set(paths)].slice(0, filesMax);
    return `(It is too much to be shown. Look at these files.)\n${shown.join('\n')}`;
  }
}

function clipped(text: string): string {
  return text.slice(0, wordsCharsMax).toWellFormed();
}
