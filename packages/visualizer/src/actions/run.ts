import { useState } from 'react';
import { tellOf } from '../live/api.ts';

export interface Done {
  readonly text: string;
  /** What came of it, on the forge. */
  readonly link?: { readonly url: string; readonly text: string };
  /** The task that came of it: a link to its page, as soon as the peer knows it. */
  readonly filed?: string;
}

export type Running =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy' }
  | ({ readonly kind: 'done' } & Done)
  | { readonly kind: 'refused'; readonly text: string; readonly advice: string };

/** One order to the peer, and what became of it. `act` returns what a person is told. */
export function useAction(): readonly [Running, (act: () => Promise<string | Done>) => void] {
  const [running, setRunning] = useState<Running>({ kind: 'idle' });
  const run = async (act: () => Promise<string | Done>) => {
    setRunning({ kind: 'busy' });
    try {
      const done = await act();
      setRunning({ kind: 'done', ...(typeof done === 'string' ? { text: done } : done) });
    } catch (error) {
      setRunning({ kind: 'refused', ...tellOf(error) });
    }
  };
  return [running, (act) => void run(act)];
}
