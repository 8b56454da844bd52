import type { Clock } from '@bzzz/coordination';
import type { StreamEvent } from '@bzzz/protocol/api';

/** One way in which things stand, made anew while somebody watches, with a version for each change. */
export interface Outlook {
  current(): { readonly version: number; readonly event: StreamEvent };
  /** Told of every change. */
  watch(listener: () => void): () => void;
}

/** Between two looks, and after how many of them also what always moves is told, such as times. */
const lookMs = 500;
const looksUnchangedMax = 10;

/** Fields that are another with every look. A change of these alone is told less often. */
const restless = new Set([
  'heardAgoMs',
  'upMs',
  'lookedAgoMs',
  'answeredAgoMs',
  'forMs',
  'retryInMs',
  'load',
  'reads',
  'notModified',
  'polls',
  'gossip',
  'text',
]);

export function createOutlook(clock: Clock, make: () => StreamEvent): Outlook {
  const listeners = new Set<() => void>();
  let kept: { version: number; event: StreamEvent; still: string } | undefined;
  let version = 0;
  let unchanged = 0;
  let cancel: (() => void) | undefined;

  function look(): { readonly version: number; readonly event: StreamEvent } {
    const event = make();
    const still = JSON.stringify(event, (key, value: unknown) =>
      restless.has(key) ? undefined : value,
    );
    if (kept?.still === still && unchanged < looksUnchangedMax) {
      unchanged += 1;
      return kept;
    }
    unchanged = 0;
    version += 1;
    kept = { version, event, still };
    return kept;
  }

  function later(): void {
    if (cancel !== undefined || listeners.size === 0) return;
    cancel = clock.after(lookMs, () => {
      cancel = undefined;
      if (listeners.size === 0) return;
      const before = version;
      look();
      if (version !== before) for (const tell of listeners) tell();
      later();
    });
  }

  return {
    current: () => (cancel === undefined || kept === undefined ? look() : kept),
    watch(listener) {
      // What was seen when somebody last watched may be of yesterday.
      if (listeners.size === 0) kept = undefined;
      listeners.add(listener);
      later();
      return () => listeners.delete(listener);
    },
  };
}
