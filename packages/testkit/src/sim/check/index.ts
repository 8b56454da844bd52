/**
 * The invariants of DESIGN.md 5 and its rules 4.2 and 4.3, checked from the history alone, at every
 * event. Nothing here looks into a peer.
 */
import { type IssueNumber, taskParts } from '@bzzz/protocol';
import type { ForgeState } from '../forge-state.ts';
import type { History, HistoryEvent } from '../history.ts';
import { checkAttempts } from './attempts.ts';
import { checkBase } from './base.ts';
import { checkBudget } from './budget.ts';
import { createChains } from './chains.ts';
import { checkContention } from './contention.ts';
import { checkCopies } from './copies.ts';
import { checkEager } from './eager.ts';
import { checkEnding } from './ending.ts';
import { checkFailures } from './failures.ts';
import { checkFencing } from './fencing.ts';
import { checkGoOn } from './go-on.ts';
import { checkHelp } from './help.ts';
import { checkJournals } from './journal.ts';
import { checkLiveness } from './liveness.ts';
import { checkLostLock } from './lost-lock.ts';
import { checkMoves } from './moves.ts';
import { checkPeople } from './people.ts';
import { checkQuarantine } from './quarantine.ts';
import { checkQuorum } from './quorum.ts';
import { checkRework } from './rework.ts';
import { checkTakeover } from './takeover.ts';
import { checkTidy } from './tidy.ts';
import type { Check, CheckContext, Violation } from './violation.ts';

export type { Violation } from './violation.ts';

export interface Checker {
  readonly violations: readonly Violation[];
  /** The last check, when faults have been off long enough. */
  atEnd(): void;
  /** Whether every task has come to its end. */
  allEnded(): boolean;
}

export function createChecker(
  deps: { readonly history: History; readonly state: ForgeState; readonly nowMs: () => number },
  options: Omit<CheckContext, 'state' | 'nowMs' | 'broken'>,
): Checker {
  const { history, state, nowMs } = deps;
  const violations: Violation[] = [];
  const chains = createChains(options.repo);
  const context: CheckContext = {
    ...options,
    state,
    nowMs,
    broken(invariant, what) {
      violations.push({ invariant, what });
      history.record({ kind: 'world', what: `BROKEN ${invariant}: ${what}` });
    },
  };
  const helping = watchHelping();
  const ending = checkEnding(context, chains);
  const help = checkHelp(context);
  const rework = checkRework(context, chains);
  const tidy = checkTidy(context, chains);
  const checks = [
    checkFencing(context, chains),
    checkMoves(context, chains),
    checkJournals(context),
    checkCopies(context),
    checkPeople(context),
    checkTakeover(context, chains),
    checkEager(context, chains),
    checkLostLock(context, chains),
    checkQuarantine(context, chains),
    tidy,
    checkGoOn(context, chains),
    checkBase(context),
    checkQuorum(context, chains),
    rework,
    help,
    checkAttempts(context),
    checkFailures(context, chains),
    checkContention(context, chains),
    checkLiveness(context),
    checkBudget(context),
    ending,
  ];
  history.onEvent((event) => {
    // Work for another peer is no attempt: `checkHelp` looks at it.
    helping.take(event);
    if (!helping.isHelp(event)) for (const check of checks) check.onEvent(event);
    const standing = event.kind === 'people' ? state.at(event.number, nowMs())?.lock : undefined;
    chains.take(event, nowMs(), standing ?? null);
  });
  return {
    violations,
    allEnded: () => state.numbers().every((number) => isOver(number, [ending, help, rework, tidy])),
    atEnd() {
      for (const check of checks) check.atEnd?.();
    },
  };
}

/** Which work is done for another peer. */
function watchHelping() {
  const begun = new Set<string>();
  return {
    take(event: HistoryEvent): void {
      if (event.kind !== 'durable' || event.body.kind !== 'help.begun') return;
      const { task, epoch } = event.body;
      begun.add(`${event.peer} ${taskParts(task).number} ${epoch}`);
    },
    isHelp: (event: HistoryEvent) =>
      event.kind === 'work' && begun.has(`${event.peer} ${event.number} ${event.epoch}`),
  };
}

function isOver(number: IssueNumber, checks: readonly Check[]): boolean {
  return checks.every(({ unfinished }) => unfinished?.(number) === undefined);
}
