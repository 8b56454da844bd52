/** What the repository's own checks say of a commit: check runs and commit statuses, of each the latest. */
import type { FailedCheck, Review } from '@bzzz/coordination';
import { limits, Oid } from '@bzzz/protocol';
import { z } from 'zod';

const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
const CheckRun = z.object({
  __typename: z.literal('CheckRun'),
  name: z.string(),
  conclusion: Text,
  title: Text,
  summary: Text,
});
const StatusContext = z.object({
  __typename: z.literal('StatusContext'),
  context: z.string(),
  state: z.string(),
  description: Text,
});
/** Null: the token may not read it, as fine-grained ones may read no check runs. */
const Context = z.union([CheckRun, StatusContext]).nullable();
const Rollup = z.object({
  // A word that is not known yet is no end.
  state: z.enum(['SUCCESS', 'FAILURE', 'ERROR', 'PENDING', 'EXPECTED']).catch('PENDING'),
  contexts: z.object({ nodes: z.array(Context) }),
});

export const HeadCommit = z.object({ oid: Oid, statusCheckRollup: Rollup.nullable() });

const states = {
  SUCCESS: 'passed',
  FAILURE: 'failed',
  ERROR: 'failed',
  PENDING: 'pending',
  EXPECTED: 'pending',
} as const;
const failures = new Set([
  'FAILURE',
  'ERROR',
  'TIMED_OUT',
  'CANCELLED',
  'ACTION_REQUIRED',
  'STARTUP_FAILURE',
]);

/** Whether a field of the answer is a single check, without which the state of all is still known. */
export function isCheckPath(path: readonly (string | number)[]): boolean {
  const at = path.indexOf('statusCheckRollup');
  return at >= 0 && path[at + 1] === 'contexts' && path[at + 2] === 'nodes' && path.length > at + 3;
}

export function checksOf(
  head: Oid,
  commit: z.infer<typeof HeadCommit> | undefined,
): Review['checks'] {
  // The list of commits lags behind the head: of that nothing is known yet.
  if (commit === undefined || commit.oid !== head) return { state: 'pending', failed: [] };
  const rollup = commit.statusCheckRollup;
  if (rollup === null) return { state: 'none', failed: [] };
  const failed = rollup.contexts.nodes.flatMap(failureOf).slice(0, limits.failedChecksMax);
  return { state: states[rollup.state], failed };
}

function failureOf(context: z.infer<typeof Context>): FailedCheck[] {
  if (context === null) return [];
  const isRun = context.__typename === 'CheckRun';
  const end = isRun ? context.conclusion : context.state;
  if (!failures.has(end)) return [];
  const words = isRun ? [context.title, context.summary] : [context.description];
  const summary = words.filter((text) => text !== '').join('\n') || end.toLowerCase();
  return [
    {
      name: cut(isRun ? context.name : context.context, limits.failedCheckNameCharsMax),
      summary: cut(summary, limits.failedCheckSummaryCharsMax),
    },
  ];
}

function cut(text: string, charsMax: number): string {
  return text.slice(0, charsMax).toWellFormed();
}
