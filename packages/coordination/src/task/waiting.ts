/**
 * Issues may say that they wait for others: in their text, or by the forge's own dependencies. Such
 * an issue is left alone until the last of those is closed, and then taken up without anybody
 * touching it.
 */
import type { IssueNumber } from '@bzzz/protocol';
import type { BlockerStates } from './blockers.ts';
import type { Plan } from './plan.ts';

export interface Waiting {
  /** A sentence for people. */
  readonly reason: string;
  /** The open ones that the text names. */
  readonly numbers: readonly IssueNumber[];
}

const words = {
  open: 'open',
  closed: 'closed',
  absent: 'no issue of this repository',
  unreadable: 'cannot be read',
} as const;

/**
 * What an otherwise eligible issue still waits for; undefined: nothing. `states` holds all that the
 * plan names; `circle` is the way by which the issue waits for itself.
 */
export function waitingOf(
  plan: Pick<Plan, 'after' | 'blockedByOpen'>,
  states: BlockerStates,
  circle?: readonly IssueNumber[],
): Waiting | undefined {
  const numbers = plan.after.filter((number) => states.get(number)?.state !== 'closed');
  if (numbers.length > 0) {
    if (circle !== undefined) {
      const way = circle.map((number) => `#${number}`).join(' -> ');
      return { numbers, reason: `waits for itself, in a circle: ${way}` };
    }
    const named = numbers.map(
      (number) => `#${number} (${words[states.get(number)?.state ?? 'open']})`,
    );
    return { numbers, reason: `waits for ${named.join(', ')}` };
  }
  return waitingByForge(plan.blockedByOpen);
}

/** Told by the issue itself, without another read. */
export function waitingByForge(blockedByOpen: number): Waiting | undefined {
  if (blockedByOpen === 0) return undefined;
  const issues = blockedByOpen === 1 ? '1 open issue' : `${blockedByOpen} open issues`;
  return { numbers: [], reason: `waits for ${issues} that the forge shows as blocking it` };
}
