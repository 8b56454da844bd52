/**
 * How the commands in the sandbox end: by themselves, at a limit, or not begun since there is no sandbox; and how often
 * the one way out of it let something not through.
 */
import { type Reach, type Runner, watchedReach } from '@bzzz/execution';
import { isBzzzError } from '@bzzz/protocol';

type Outcome = Awaited<ReturnType<Runner['run']>>;
/** `refused`: without a sandbox nothing is begun. `cancelled`: the peer wanted it no more. */
type CommandEnd = Outcome['ended'] | 'refused' | 'cancelled' | 'error';

export interface CountedRuns {
  readonly runner: Runner;
  readonly reach: Reach;
  networkRefusals(): number;
  readonly ends: ReadonlyMap<CommandEnd, number>;
}

export function countRuns(runner: Runner): CountedRuns {
  const ends = new Map<CommandEnd, number>();
  const count = (end: CommandEnd) => ends.set(end, (ends.get(end) ?? 0) + 1);
  let refused = 0;
  return {
    ends,
    reach: watchedReach(() => (refused += 1)),
    networkRefusals: () => refused,
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
