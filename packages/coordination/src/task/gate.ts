/**
 * May this issue be worked on, and what exactly would be done? Everything that an issue could ask
 * for passes through here (invariants 4 and 11); a refusal always has a reason for a person.
 */
import { type Account, type Issue, isBzzzError, type Policy, type RepoName } from '@bzzz/protocol';
import { type Plan, planOf } from './plan.ts';

export type GateVerdict =
  | { readonly kind: 'eligible'; readonly plan: Plan }
  /**
   * `unasked`: closed, or nobody wants bzzz to do it. `people`: it is somebody's. `author`: nobody whom the
   * policy trusts wrote it, or approved it as far as is known. `request`: the issue must be mended first.
   * What it waits for, and who approved it, is not looked at here, since that takes reads (`waiting.ts`,
   * `approval.ts`).
   */
  | { readonly kind: 'refused'; readonly cause: RefusalCause; readonly reason: string };
type RefusalCause = 'unasked' | 'people' | 'author' | 'request';

export interface GateOptions {
  readonly policy: Policy;
  /** The accounts that the fence names; their assignment is bzzz's own. */
  readonly fenceAccounts: readonly Account[];
  readonly repo: RepoName;
  /** Somebody whom the policy trusts approved these very words. */
  readonly approved?: boolean;
}

export function judgeIssue(issue: Issue, options: GateOptions): GateVerdict {
  const unasked = unaskedFor(issue, options.policy);
  if (unasked !== undefined) return refusal('unasked', unasked);
  const { fenceAccounts } = options;
  const person = issue.assignees.find((login) => !fenceAccounts.includes(login));
  if (person !== undefined) return refusal('people', `assigned to ${person}`);
  if (!isTrusted(issue, options)) return refusal('author', stranger(issue, options.policy));
  try {
    return { kind: 'eligible', plan: planOf(issue, options.policy, options.repo) };
  } catch (error) {
    if (!isBzzzError(error)) throw error;
    return refusal('request', error.reason);
  }
}

function refusal(cause: RefusalCause, reason: string): GateVerdict {
  return { kind: 'refused', cause, reason };
}

function unaskedFor(issue: Issue, { labels }: Policy): string | undefined {
  if (issue.state === 'closed') return 'the issue is closed';
  return isAsked(issue, { labels }) ? undefined : `no label of bzzz (${labels.join(', ')})`;
}

/** Whether somebody put a label on that offers the issue to bzzz. */
export function isAsked({ labels }: Issue, policy: Pick<Policy, 'labels'>): boolean {
  // As on GitHub, where `Bzzz` and `bzzz` are one label.
  const wanted = policy.labels.map((label) => label.toLowerCase());
  return labels.some((label) => wanted.includes(label.toLowerCase()));
}

function isTrusted(issue: Issue, { policy, approved = false }: GateOptions): boolean {
  return approved || policy.authors.includes(issue.association);
}

function stranger({ author, association }: Issue, { authors }: Policy): string {
  return `${author} is ${association} here; the policy trusts ${authors.join(', ')}`;
}
