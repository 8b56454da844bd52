/** How the commands in the sandbox end: by themselves, at a limit, or not begun since there is no sandbox. */
import type { Runner } from '@bzzz/execution';
import { isBzzzError } from '@bzzz/protocol';

type Outcome = Awaited<ReturnType<Runner['run']>>;
/** `refused`: without a sandbox nothing is begun. `cancelled`: the peer wanted it no more. */
type CommandEnd = Outcome['ended'] | 'refused' | 'cancelled' | 'error';

export interface CountedRuns {
  readonly runner: Runner;
  readonly ends: ReadonlyMap<CommandEnd, number>;
}

export function countRuns(runner: Runner): CountedRuns {
  const ends = new Map<CommandEnd, number>();
  const count = (end: CommandEnd) => ends.set(end, (ends.get(end) ?? 0) + 1);
  return {
    ends,
    runner: {
      ...runner,
      async run(request, options) {
        try {
          const outcome = await runner.run(request, options);
          count(outcome.ended);
          return outcome;
        } catch (error) {
          count(endOf(error));
          throw error;
        }
      },
    },
  };
}

function endOf(error: unknown): CommandEnd {
  if (isBzzzError(error, 'sandbox_missing')) return 'refused';
  return isBzzzError(error, 'aborted') ? 'cancelled' : 'error';
}
