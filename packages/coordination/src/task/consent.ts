/**
 * What people say of an issue beside what it shows: who approved it, where its author is a stranger, and
 * what they told bzzz by comments. Both take reads, which are made only where they can matter.
 */
import { type Account, type Issue, isBzzzError, taskId } from '@bzzz/protocol';
import type { Forge } from '../ports/index.ts';
import type { Trouble } from '../support/trouble.ts';
import { createApprovals } from './approval.ts';
import { type GateOptions, type GateVerdict, judgeIssue } from './gate.ts';
import { createOrders } from './orders.ts';

type Refused = Extract<GateVerdict, { kind: 'refused' }>;
type Eligible = Extract<GateVerdict, { kind: 'eligible' }>;

export type Judgement = (
  | Refused
  /** `retriedAtMs`: when somebody asked last that it be tried again. */
  | (Eligible & { readonly retriedAtMs?: number })
  /** Nobody can tell yet who approved it, or it may not be read. */
  | { readonly kind: 'unsettled'; readonly reason: string }
) & {
  /** A later look may show more, though the issue does not change. */
  readonly isPartial?: boolean;
};

export interface Consent {
  /** As `judgeIssue`, with all that people said. Throws what a later try can mend, and `aborted`. */
  judge(
    issue: Issue,
    options: Omit<GateOptions, 'approved'>,
    signal: AbortSignal,
  ): Promise<Judgement>;
}

export interface ConsentDeps {
  readonly forge: Pick<Forge, 'readHistory' | 'readAssociation' | 'readRemarks'>;
  readonly trouble: Pick<Trouble, 'tell'>;
  /** Accounts that peers of this mesh use, our own among them. */
  readonly meshAccounts: () => readonly Account[];
}

export function createConsent(deps: ConsentDeps): Consent {
  const approvals = createApprovals(deps);
  const orders = createOrders(deps);

  async function judge(
    issue: Issue,
    options: GateOptions,
    signal: AbortSignal,
  ): Promise<Judgement> {
    const verdict = judgeIssue(issue, options);
    if (verdict.kind === 'eligible') return obey(issue, options, verdict, signal);
    return verdict.cause === 'author' ? vouch(issue, options, verdict, signal) : verdict;
  }

  /** Of an author whom nobody trusts. */
  async function vouch(
    issue: Issue,
    options: GateOptions,
    refused: Refused,
    signal: AbortSignal,
  ): Promise<Judgement> {
    const approval = await approvals.look(issue, options, signal);
    const reason = `${refused.reason}; nobody of these`;
    switch (approval.kind) {
      case 'approved':
        return judge(issue, { ...options, approved: true }, signal);
      case 'none': {
        const label = options.policy.labels.join(' or ');
        return { ...refused, reason: `${reason} has put ${label} on since it was last written` };
      }
      case 'unsettled':
        return { kind: 'unsettled', reason: `${reason} is seen to have approved these words yet` };
    }
  }

  async function obey(
    issue: Issue,
    options: GateOptions,
    eligible: Eligible,
    signal: AbortSignal,
  ): Promise<Judgement> {
    const order = await orders.look(issue, options, signal);
    const { isPartial } = order;
    switch (order.kind) {
      case 'none':
        return { ...eligible, isPartial };
      case 'retry':
        return { ...eligible, retriedAtMs: order.atMs, isPartial };
      case 'left':
        return { kind: 'refused', cause: 'people', reason: order.reason, isPartial };
    }
  }

  return {
    async judge(issue, options, signal) {
      try {
        return await judge(issue, options, signal);
      } catch (error) {
        if (signal.aborted || !isBzzzError(error) || error.retryable) throw error;
        // As when the token may not ask who somebody is: others of the repository must not wait for that.
        deps.trouble.tell(error, taskId(options.repo, issue.number));
        return { kind: 'unsettled', reason: 'what people said of it cannot be read' };
      }
    },
  };
}
