import { EntriesAnswer } from '@bzzz/protocol/api';
import { useState } from 'react';
import { ask, tellOf } from '../live/api.ts';
import { earlierOf, olderMax } from '../live/earlier.ts';
import { Button } from '../ui/parts.tsx';
import { usePage } from './page-context.ts';

/** Asks the peer for what is older than all that the page holds, and says when there is nothing. */
export function EarlierButton() {
  const { state, store } = usePage();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const earlier = earlierOf(state);
  if (earlier.kind === 'whole') {
    return <span className="scrubber-end">All of it</span>;
  }
  if (earlier.kind === 'full') {
    return <span className="scrubber-end">No more fits here</span>;
  }
  const { untilMs } = earlier;
  const load = async () => {
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
  return (
    <>
      {trouble === null ? null : (
        <span className="scrubber-end" role="alert">
          {trouble}
        </span>
      )}
      <Button kind="quiet" disabled={busy} onClick={() => void load()}>
        {busy ? 'Asking …' : 'Earlier'}
      </Button>
    </>
  );
}
