/** Signed heads of journals, and the peers that they set aside: one peer's part in it. */
import { ToldHead, type PeerId } from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Membership } from '../membership/membership.ts';
import type { Clock, Journal, Mesh, Signer } from '../ports/index.ts';
import type { Trouble } from '../support/trouble.ts';
import { createQuarantine, type Quarantine } from './quarantine.ts';
import { type WatchHeads, watchHeads, type WitnessOf } from './watch-heads.ts';

export interface HeadsDeps {
  readonly clock: Clock;
  readonly mesh: Pick<Mesh, 'peer' | 'publish' | 'subscribe'>;
  readonly signer: Signer;
  readonly journal: Pick<Journal, 'key' | 'head'>;
  readonly chronicle: Pick<Chronicle, 'record' | 'onEntry'>;
  readonly membership: Pick<Membership, 'isMet'>;
  readonly trouble: Pick<Trouble, 'tell'>;
  readonly witness: WitnessOf;
}

export interface Heads {
  readonly quarantine: Quarantine;
  /** Called when the first entry of this run is in the journal. */
  start(): void;
  /** A person decides. Throws `peer_unknown` when that peer is not set aside. */
  lift(peer: PeerId): Promise<void>;
  stop(): void;
}

export function createHeads(
  deps: HeadsDeps,
  { announceMs }: { readonly announceMs: number },
): Heads {
  const { journal } = deps;
  const quarantine = createQuarantine(deps);
  let watching: WatchHeads | undefined;

  const head = () => ToldHead.parse({ key: journal.key, ...journal.head() });

  return {
    quarantine,
    start() {
      watching = watchHeads({ ...deps, quarantine }, { announceMs, firstHead: head(), head });
    },
    async lift(peer) {
      await (watching === undefined ? quarantine.lift(peer, []) : watching.lift(peer));
    },
    stop: () => watching?.stop(),
  };
}
