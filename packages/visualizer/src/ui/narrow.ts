import { useSyncExternalStore } from 'react';

const query = '(max-width: 720px)';

function subscribe(listener: () => void): () => void {
  const media = globalThis.matchMedia(query);
  media.addEventListener('change', listener);
  return () => media.removeEventListener('change', listener);
}

/** Whether the page is as wide as a phone. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => globalThis.matchMedia(query).matches);
}
