/** What one drill has done so far, each written down before it is done; and many things to undo, one after the other. */
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { forgetLeftover, noteLeftover } from './leftovers.ts';
import { type Step, undo } from './undo.ts';

export interface UndoList {
  /** On disk when it resolves; a later note of the same folder replaces this one. */
  note(step: Step): Promise<void>;
  /** It was not done after all. */
  strike(dataDir: string): Promise<void>;
  /** All of it; what was undone is off the list. Throws `drill_not_healed` when all was tried. */
  undo(): Promise<void>;
}

export function createUndoList(): UndoList {
  const steps = new Map<string, Step>();
  return {
    async note(step) {
      steps.set(step.dataDir, step);
      await noteLeftover(step.dataDir, step.left);
    },
    async strike(dataDir) {
      await forgetLeftover(dataDir);
      steps.delete(dataDir);
    },
    async undo() {
      const { failed } = await tryAll([...steps.values()], async (step) => {
        await undo(step);
        steps.delete(step.dataDir);
      });
      if (failed !== undefined) throw failed;
    },
  };
}

export interface Tried<T> {
  readonly done: readonly T[];
  /** All that went wrong, as one error. */
  readonly failed: BzzzError | undefined;
}

/** One after the other, whatever became of those before it. */
export async function tryAll<S, T>(
  items: readonly S[],
  act: (item: S) => Promise<T>,
): Promise<Tried<T>> {
  const done: T[] = [];
  const errors: BzzzError[] = [];
  for (const item of items) {
    try {
      done.push(await act(item));
    } catch (error) {
      errors.push(
        error instanceof BzzzError
          ? error
          : new BzzzError('drill_not_healed', reasonOf(error), { cause: error }),
      );
    }
  }
  return { done, failed: asOne(errors) };
}

function asOne(errors: readonly BzzzError[]): BzzzError | undefined {
  const [first, ...more] = errors;
  if (first === undefined || more.length === 0) return first;
  const code = more.every((one) => one.code === first.code) ? first.code : 'drill_not_healed';
  const reason = errors.map((one) => one.reason).join('; ');
  return new BzzzError(code, reason, { cause: first });
}
