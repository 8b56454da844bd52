import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Trouble } from '../support/trouble.ts';
import type { OperatorAct } from './interface.ts';

/** Puts an operator's act into the journal. That it cannot be is told like any other failure of the journal. */
export function recordActs(deps: {
  readonly chronicle: Pick<Chronicle, 'record'>;
  readonly trouble: Pick<Trouble, 'tell'>;
}): (act: OperatorAct) => Promise<void> {
  return async (act) => {
    try {
      await deps.chronicle.record({ kind: 'operator.acted', ...act });
    } catch (error) {
      deps.trouble.tell(error);
      throw error;
    }
  };
}
