import { useState } from 'react';
import { tellOf } from '../live/api.ts';

export type Running =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'refused'; readonly text: string; readonly advice: string };

/** One order to the peer, and what became of it. `act` returns what a person is told. */
export function useAction(): readonly [Running, (act: () => Promise<string>) => void] {
  const [running, setRunning] = useState<Running>({ kind: 'idle' });
  const run = async (act: () => Promise<string>) => {
    setRunning({ kind: 'busy' });
    try {
      setRunning({ kind: 'done', text: await act() });
    } catch (error) {
      setRunning({ kind: 'refused', ...tellOf(error) });
    }
  };
  return [running, (act) => void run(act)];
}
