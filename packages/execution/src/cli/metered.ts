/** What a tool says that it took, where the model API itself told more: the larger counts. */
import type { ExecutorReport, ExecutorRequest } from '@bzzz/coordination';
import type { CliName, Spent } from '@bzzz/protocol';
import type { Usage } from './api/usage.ts';

export interface Metered {
  /** What the tool has told so far. */
  readonly onSpent: (told: Spent) => void;
  /** The API told more. */
  readonly onSeen: () => void;
  /** What is told in the end. */
  report(report: ExecutorReport): ExecutorReport;
}

export function createMetered(
  { name, model }: { readonly name: CliName; readonly model: string | null },
  counts: { readonly answers: number; readonly seen: Usage },
  { onSpent }: Pick<ExecutorRequest, 'onSpent'>,
): Metered {
  const nothing = { turns: null, tokensRead: null, tokensWritten: null, costUsd: null };
  let told: Spent = { executor: name, model, ...nothing };
  const all = (spent: Spent): Spent => {
    const { answers, seen } = counts;
    return {
      ...spent,
      turns: spent.turns ?? (answers === 0 ? null : answers),
      tokensRead: larger(spent.tokensRead, seen.read),
      tokensWritten: larger(spent.tokensWritten, seen.written),
    };
  };
  return {
    onSpent(spent) {
      told = spent;
      onSpent?.(all(told));
    },
    onSeen: () => onSpent?.(all(told)),
    report: (report) => ({ ...report, spent: all(report.spent ?? told) }),
  };
}

/** Nobody saw what is 0: then what the tool does not tell is not known. */
function larger(told: number | null, seen: number): number | null {
  return seen === 0 ? told : Math.max(told ?? 0, seen);
}
