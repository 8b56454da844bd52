/** What several models took for one attempt. */
import { limits, type Spent } from '@bzzz/protocol';

/** `of` names whose executor stands for all. What nobody told of one counts nothing. */
export function sumSpent(all: readonly Spent[], of: Spent['executor']): Spent | undefined {
  if (all.length === 0) return undefined;
  const models = [...new Set(all.flatMap(({ model }) => model ?? []))].join(', ');
  return {
    executor: of,
    model: models === '' || models.length > limits.whyNameCharsMax ? null : models,
    turns: sum(all, 'turns'),
    tokensRead: sum(all, 'tokensRead'),
    tokensWritten: sum(all, 'tokensWritten'),
    costUsd: sum(all, 'costUsd'),
  };
}

type Count = 'turns' | 'tokensRead' | 'tokensWritten' | 'costUsd';

/** Null: nobody told. */
function sum(all: readonly Spent[], name: Count): number | null {
  const told = all.flatMap((one) => one[name] ?? []);
  return told.length === 0 ? null : told.reduce((total, count) => total + count, 0);
}
