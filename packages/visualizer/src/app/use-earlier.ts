import { EntriesAnswer } from '@bzzz/protocol/api';
import { useEffect, useState } from 'react';
import { ask, tellOf } from '../live/api.ts';
import { type Earlier, earlierOf, olderMax } from '../live/earlier.ts';
import { usePage } from './page-context.ts';

export interface Loading {
  readonly earlier: Earlier;
  readonly busy: boolean;
  /** Why nothing came; null: nothing is wrong. */
  readonly trouble: string | null;
  load(): void;
}

/**
 * Asks the peer for what is older than all that the page holds: when somebody wants it, and by itself until the
 * moment that is looked at is reached, which may come from a link.
 */
export function useEarlier(): Loading {
  const { state, store, moment } = usePage();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const earlier = earlierOf(state);
  const untilMs = earlier.kind === 'more' ? earlier.untilMs : null;
  const fetchOlder = async (untilMs: number) => {
    setBusy(true);
    try {
      const path = `entries?last=${olderMax}&untilMs=${untilMs}`;
      const { entries } = await ask({ path, schema: EntriesAnswer });
      store.addOlder({ untilMs, entries });
      setTrouble(null);
    } catch (error) {
      setTrouble(tellOf(error).text);
    } finally {
      setBusy(false);
    }
  };
  const load = () => {
    if (untilMs !== null && !busy) void fetchOlder(untilMs);
  };
  const lacks =
    moment.kind === 'past' &&
    state.sinceMs !== null &&
    untilMs !== null &&
    moment.atMs < untilMs &&
    trouble === null;
  useEffect(() => {
    if (lacks) load();
    // Once for each answer, also where the page was told to begin anew meanwhile.
  }, [lacks, untilMs, busy]);
  return { earlier, busy, trouble, load };
}
