import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Trouble } from '../support/trouble.ts';
import type { Note } from './interface.ts';

/** Puts notes into the journal. That one cannot be put is told like any other failure of the journal. */
export function recordNotes(deps: {
  readonly chronicle: Pick<Chronicle, 'record'>;
  readonly trouble: Pick<Trouble, 'tell'>;
}): (note: Note) => Promise<void> {
  return async (note) => {
    try {
      await deps.chronicle.record(note);
    } catch (error) {
      deps.trouble.tell(error);
      throw error;
    }
  };
}
