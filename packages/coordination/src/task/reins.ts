/**
 * Whether what an attempt has done so far may be published. Besides the checks of every result: where somebody has
 * a part in it who is not trusted with more, it may not touch files that make others run something (`rights.ts`).
 */
import type { Oid, Policy } from '@bzzz/protocol';
import type { Base, Collected, PromptSource, Workspaces } from '../ports/index.ts';
import { type Objection, objectionOf } from './checks.ts';
import { heldBy } from './rights.ts';

export interface Reins {
  /** The reason why it may not, or undefined. Throws what the port throws. */
  objectionTo(collected: Collected, signal: AbortSignal): Promise<Objection | undefined>;
}

export interface ReinsJob {
  readonly policy: Policy;
  readonly base: Base;
  /** Unfinished work that was gone on from: what it holds was looked at when it was published. */
  readonly from: Oid | null;
  /** Whose words have a part in the work by now. */
  readonly sources: () => readonly PromptSource[];
}

export function createReins(
  { workspaces }: { readonly workspaces: Pick<Workspaces, 'inspect'> },
  { policy, base, from, sources }: ReinsJob,
): Reins {
  return {
    async objectionTo(collected, signal) {
      const usual = objectionOf(collected, policy);
      const held = heldBy(policy, sources());
      if (usual !== undefined || held === policy) return usual;
      const { result } = collected;
      const own =
        from === null
          ? collected
          : await workspaces.inspect({ base: { ...base, oid: from }, result }, { signal });
      const found = objectionOf(own, held);
      if (found === undefined) return undefined;
      const reason = `${found.reason}, and \`untrusted\` of the policy keeps such work from it`;
      return { ...found, reason };
    },
  };
}
