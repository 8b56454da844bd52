/** What came of all requests of one attempt, a line a peer, for whoever reads why it failed. */
import type { HelpTried, PeerId } from '@bzzz/protocol';

export interface Tried {
  /** One request is over: who helped, if anybody did, and why the others did not. */
  add(request: {
    readonly help?: { readonly peer: PeerId };
    readonly tried: readonly HelpTried[];
  }): void;
  /** Those who helped first. */
  list(): readonly HelpTried[];
  helpers(): readonly PeerId[];
}

/** Why a peer that had a part in a request by another way says no: that alone tells nothing of it. */
export const askedBefore = 'it was asked before';

export function createTried(): Tried {
  const helped = new Map<PeerId, number>();
  const reasons = new Map<PeerId, Set<string>>();
  return {
    add({ help, tried }) {
      if (help !== undefined) helped.set(help.peer, (helped.get(help.peer) ?? 0) + 1);
      for (const { peer, reason } of tried) {
        reasons.set(peer, (reasons.get(peer) ?? new Set()).add(reason));
      }
    },
    helpers: () => [...helped.keys()],
    list() {
      const helpers = [...helped].map(([peer, times]) => {
        const often = times === 1 ? 'it helped' : `it helped ${times} times`;
        return { peer, reason: `${often}, and that was not enough` };
      });
      const others = [...reasons].filter(([peer]) => !helped.has(peer));
      return [...helpers, ...others.map(([peer, said]) => ({ peer, reason: joined(said) }))];
    },
  };
}

function joined(said: ReadonlySet<string>): string {
  const telling = [...said].filter((reason) => reason !== askedBefore);
  return (telling.length === 0 ? [...said] : telling).join('; ');
}
