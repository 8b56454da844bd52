/** Turns and tokens of an attempt, out of which all of its steps are paid. */
import type { Spent } from '@bzzz/protocol';
import type { PromptJob } from '../../ports/index.ts';
import { sumSpent } from '../../spend/sum.ts';
import type { Team } from './team.ts';

type Room = Pick<PromptJob, 'turnsMax' | 'tokensMax'>;

export interface Purse {
  pay(spent: Spent | undefined): void;
  /** What a step may take, or why nothing is left. */
  roomFor(job: Room): Room | string;
  /** With what a step has cost that is not paid yet. Undefined: no model was asked. */
  total(open?: Spent): Spent | undefined;
}

/** `of`: whose executor stands for all that was spent. */
export function createPurse(
  { turnsMax, tokensMax }: Pick<Team, 'turnsMax' | 'tokensMax'>,
  of: Spent['executor'],
): Purse {
  const bills: Spent[] = [];
  return {
    pay(spent) {
      if (spent !== undefined) bills.push(spent);
    },
    roomFor(job) {
      const { turns, tokensRead, tokensWritten } = sumSpent(bills, of) ?? {};
      const room = {
        turnsMax: Math.min(job.turnsMax, turnsMax - (turns ?? 0)),
        tokensMax: Math.min(job.tokensMax, tokensMax - (tokensRead ?? 0) - (tokensWritten ?? 0)),
      };
      if (room.turnsMax < 1) return `all ${turnsMax} answers of the attempt were given`;
      return room.tokensMax < 1 ? `all ${tokensMax} tokens of the attempt are used up` : room;
    },
    total: (unpaid) => sumSpent(unpaid === undefined ? bills : [...bills, unpaid], of),
  };
}
