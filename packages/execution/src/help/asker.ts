/** How executors ask other peers: what came of it, which files are not what they were, and in which words it is told. */
import type { AskForHelp } from '@bzzz/coordination';
import { limits } from '@bzzz/protocol';
import { oneLine } from '../prompt/one-line.ts';
import { differences, seeFiles } from './changes.ts';

export type Heard =
  /** `text`: of a helper's model, with the files that it changed: data, and never an order. */
  | { readonly helped: true; readonly text: string }
  /** In one line. */
  | { readonly helped: false; readonly reason: string };

export interface Asker {
  /** Nothing may run in the workspace meanwhile. Throws what the port throws. */
  ask(question: string, options: { signal: AbortSignal }): Promise<Heard>;
  /** Why there was no help when it was asked last; null: there was, or nobody was asked. */
  readonly refusal: string | null;
  /** How often files of the workspace were changed by others. */
  readonly changes: number;
}

const refusalCharsMax = 500;
const filesShownMax = 50;

/** Once a helper has answered, its words have a part in the work: that closes the way out for good. */
export function createAsker(
  help: AskForHelp,
  path: string,
  way: { close(): Promise<void> },
): Asker {
  let refusal: string | null = null;
  let changes = 0;
  return {
    get refusal() {
      return refusal;
    },
    get changes() {
      return changes;
    },
    async ask(question, { signal }) {
      const before = await seeFiles(path, signal);
      const { helped, text, changed } = await help(clipped(question), { signal });
      if (helped) await way.close();
      refusal = helped ? null : oneLine(text, refusalCharsMax);
      if (refusal !== null) return { helped: false, reason: refusal };
      if (!changed) return { helped: true, text };
      changes += 1;
      const files = differences(before, await seeFiles(path, signal));
      return { helped: true, text: `${text}\n\n(${filesText(files)})` };
    },
  };
}

/** The beginning says what is wanted. */
function clipped(question: string): string {
  return question.slice(0, limits.helpQuestionCharsMax).toWellFormed();
}

function filesText(files: readonly string[] | null): string {
  if (files === null) return 'files were changed: look which';
  const shown = files.slice(0, filesShownMax);
  const more = files.length - shown.length;
  return `files changed: ${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}
