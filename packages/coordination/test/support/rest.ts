/** An operator who lets work rest, and go on. */
import type { Rest } from '../../src/index.ts';

export function restOf(): { readonly rest: Rest; want(wanted: boolean): void } {
  const listeners = new Set<() => void>();
  let wanted = false;
  return {
    rest: {
      wanted: () => wanted,
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    want(now) {
      wanted = now;
      for (const listener of listeners) listener();
    },
  };
}
