/** Dark or light: as the machine prefers, until somebody chooses. */
import { useEffect, useSyncExternalStore } from 'react';

export type Theme = 'dark' | 'light';

const key = 'bzzz-theme';
const listeners = new Set<() => void>();

function chosen(): Theme | null {
  const value = globalThis.localStorage.getItem(key);
  return value === 'dark' || value === 'light' ? value : null;
}

function preferred(): MediaQueryList {
  return globalThis.matchMedia('(prefers-color-scheme: dark)');
}

function subscribe(listener: () => void): () => void {
  const media = preferred();
  listeners.add(listener);
  media.addEventListener('change', listener);
  return () => {
    listeners.delete(listener);
    media.removeEventListener('change', listener);
  };
}

export function useTheme(): readonly [Theme, () => void] {
  const theme = useSyncExternalStore(
    subscribe,
    () => chosen() ?? (preferred().matches ? 'dark' : 'light'),
  );
  useEffect(() => {
    globalThis.document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const toggle = () => {
    globalThis.localStorage.setItem(key, theme === 'dark' ? 'light' : 'dark');
    for (const listener of listeners) listener();
  };
  return [theme, toggle];
}
