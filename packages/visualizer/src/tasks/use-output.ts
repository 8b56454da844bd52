import { OutputAnswer } from '@bzzz/protocol/api';
import { useEffect, useRef, useState } from 'react';
import { ask, tellOf } from '../live/api.ts';
import { joined, nothingShown, type Shown } from './joined-output.ts';

/** Twice a second is live, and asks for nothing that was seen. */
const everyMs = 500;
/** Between parts of what is there already. */
const moreMs = 100;

/**
 * What the attempt at a task prints, while it is `live`, somebody works on it and the page can be
 * seen. It is asked for again and again;
 * nobody who does not look costs anything.
 */
export function useOutput(
  task: string,
  { live, working }: { readonly live: boolean; readonly working: boolean },
): Shown {
  const [shown, setShown] = useState(nothingShown);
  /** How far it was read; whoever pauses goes on from there. */
  const after = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (!live) return undefined;
    const over = new AbortController();
    void follow({ task, after, working }, setShown, over.signal);
    return () => over.abort();
  }, [task, live, working]);
  return shown;
}

interface Followed {
  readonly task: string;
  readonly after: { current: string | undefined };
  /** Otherwise it is read to its end. */
  readonly working: boolean;
}

async function follow(
  { task, after, working }: Followed,
  change: (change: (before: Shown) => Shown) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await untilSeen(signal);
    try {
      const query = after.current === undefined ? '' : `?after=${after.current}`;
      const path = `tasks/${encodeURIComponent(task)}/output${query}`;
      const answer = await ask({ path, schema: OutputAnswer, signal });
      after.current = answer.output?.position ?? after.current;
      change((before) => joined(before, answer));
      if (answer.output?.more === true) {
        await wait(moreMs, signal);
        continue;
      }
      if (!working) return;
    } catch (error) {
      if (signal.aborted) return;
      change((before) => ({ ...before, trouble: tellOf(error).text }));
    }
    await wait(everyMs, signal);
  }
}

/** Nobody looks at a page in the background. */
function untilSeen(signal: AbortSignal): Promise<void> {
  if (document.visibilityState === 'visible') return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    if (document.visibilityState === 'visible' || signal.aborted) resolve();
  };
  document.addEventListener('visibilitychange', look);
  signal.addEventListener('abort', look, { once: true });
  return promise.finally(() => document.removeEventListener('visibilitychange', look));
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const onAbort = () => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  });
}
