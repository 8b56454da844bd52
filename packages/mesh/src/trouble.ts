import type { Trouble } from './interface.ts';
import { createListeners } from './listeners.ts';

const QUIET_MS = 60_000;
const REMEMBERED_MAX = 256;

export interface Troubles {
  report(trouble: Trouble): void;
  onTrouble(listener: (trouble: Trouble) => void): () => void;
}

/** Tells each trouble once a minute, since a peer with a wrong key comes back every few seconds. */
export function createTroubles(onListenerError: () => void): Troubles {
  const listeners = createListeners<Trouble>(onListenerError);
  const toldAtMs = new Map<string, number>();
  return {
    onTrouble: (listener) => listeners.add(listener),
    report(trouble) {
      const key = `${trouble.code} ${hostOf(trouble.address)}`;
      const nowMs = performance.now();
      if (nowMs - (toldAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
      toldAtMs.delete(key);
      toldAtMs.set(key, nowMs);
      const [oldest] = toldAtMs.keys();
      if (toldAtMs.size > REMEMBERED_MAX && oldest !== undefined) toldAtMs.delete(oldest);
      listeners.tell(trouble);
    },
  };
}

/** The host of a multiaddr: an incoming connection has another port each time. */
function hostOf(address: string | undefined): string {
  return address?.split('/').slice(0, 3).join('/') ?? '';
}
