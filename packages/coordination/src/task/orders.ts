/**
 * What people tell bzzz to do with an issue by comments on it. A command is the first line of a comment of
 * somebody whom the policy trusts: `/bzzz retry`, `/bzzz release` or `/bzzz stop`. The newest stands, until
 * another one, or for `release` until somebody puts the label on anew. A comment that was edited says
 * nothing, since nobody can tell who wrote what in it.
 *
 * Comments of the accounts that peers use count like any other: people may share them, and operators say
 * these words over a peer. What peers write by themselves begins with a hidden marker, so it commands nothing.
 *
 * Comments are read where there are any, once for each state of an issue (invariant 10).
 */
import {
  type Account,
  type Issue,
  orderIn,
  orderLines,
  type Policy,
  type TaskId,
  taskId,
  type TaskOrder,
} from '@bzzz/protocol';
import type { Forge, Remark, Remarks } from '../ports/index.ts';
import { lower } from './approval.ts';
import { createRecent } from '../support/recent.ts';
import type { GateOptions } from './gate.ts';

type Standing = (
  | { readonly kind: 'none' }
  /** Somebody asked at that time that it be tried again. */
  | { readonly kind: 'retry'; readonly atMs: number }
  /** People have it. */
  | { readonly kind: 'left'; readonly reason: string }
) & {
  /** A later look may show more: the issue has comments, or labels, that were not shown. */
  readonly isPartial: boolean;
};

export interface Orders {
  /** Throws what the forge throws. */
  look(issue: Issue, options: GateOptions, signal: AbortSignal): Promise<Standing>;
}

export interface OrderDeps {
  readonly forge: Pick<Forge, 'readRemarks' | 'readHistory'>;
}

interface Known {
  readonly updatedAtMs: number;
  readonly remarks: Remarks;
  /** When somebody last put a label of the policy on; undefined: that was not asked for, or not shown. */
  readonly labelledAtMs: number | undefined;
}

/** Issues beyond this are forgotten, and read again. */
const knownMax = 1_000;

export function createOrders(deps: OrderDeps): Orders {
  const { forge } = deps;
  const known = createRecent<TaskId, Known>(knownMax);

  async function read(issue: Issue, { repo }: GateOptions, signal: AbortSignal): Promise<Known> {
    const task = taskId(repo, issue.number);
    const before = known.get(task);
    if (before?.updatedAtMs === issue.updatedAtMs && isWhole(before.remarks, issue)) return before;
    const remarks = await forge.readRemarks(repo, issue.number, { signal });
    const entry = { updatedAtMs: issue.updatedAtMs, remarks, labelledAtMs: undefined };
    known.set(task, entry);
    return entry;
  }

  async function labelledAt(
    issue: Issue,
    { repo, policy }: GateOptions,
    entry: Known,
    signal: AbortSignal,
  ): Promise<{ labelledAtMs: number; isPartial: boolean }> {
    const { labelledAtMs: before } = entry;
    if (before !== undefined) return { labelledAtMs: before, isPartial: false };
    const history = await forge.readHistory(repo, issue.number, { signal });
    const wanted = lower(policy.labels);
    const labelledAtMs = history.labelled
      .filter(({ label, by }) => by !== null && wanted.includes(label.toLowerCase()))
      .reduce((last, { atMs }) => Math.max(last, atMs), 0);
    const isPartial = history.updatedAtMs < issue.updatedAtMs;
    if (!isPartial) known.set(taskId(repo, issue.number), { ...entry, labelledAtMs });
    return { labelledAtMs, isPartial };
  }

  return {
    async look(issue, options, signal) {
      if (issue.comments === 0) return { kind: 'none', isPartial: false };
      const entry = await read(issue, options, signal);
      const isPartial = !isWhole(entry.remarks, issue);
      const newest = newestOf(entry.remarks.remarks, options.policy);
      if (newest === undefined) return { kind: 'none', isPartial };
      const { order, by, atMs } = newest;
      if (order === 'retry') return { kind: 'retry', atMs, isPartial };
      const reason = `${by} said ${orderLines[order]}`;
      if (order === 'cancel') return { kind: 'left', reason, isPartial };
      const label = await labelledAt(issue, options, entry, signal);
      if (label.labelledAtMs > atMs) return { kind: 'none', isPartial };
      return { kind: 'left', reason, isPartial: isPartial || label.isPartial };
    },
  };
}

function isWhole({ comments }: Remarks, issue: Issue): boolean {
  return comments >= issue.comments;
}

interface Said {
  readonly order: TaskOrder;
  readonly by: Account;
  readonly atMs: number;
}

function newestOf(remarks: readonly Remark[], { authors }: Policy): Said | undefined {
  const said = remarks.flatMap(({ by, association, line, atMs, edited }): Said[] => {
    const order = orderIn(line);
    const counts = by !== null && !edited && authors.includes(association);
    return order === undefined || !counts ? [] : [{ order, by, atMs }];
  });
  return said.at(-1);
}
