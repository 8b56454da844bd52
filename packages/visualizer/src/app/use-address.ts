import { useEffect, useMemo } from 'react';
import { type AddressValues, changedSearch } from './address.ts';
import { usePath } from './navigation.tsx';

/** Browsers bear about a hundred changes of the address in half a minute. */
const restMs = 400;

/** Puts values into the address once they rest, and again on every other page. */
export function useAddress(values: AddressValues): void {
  const path = usePath();
  const text = JSON.stringify(values);
  const latest = useMemo(() => values, [text]);
  useEffect(() => {
    const timer = setTimeout(() => {
      const { pathname, search, hash } = globalThis.location;
      const wanted = changedSearch(search, latest);
      if (wanted !== search) globalThis.history.replaceState(null, '', pathname + wanted + hash);
    }, restMs);
    return () => clearTimeout(timer);
  }, [latest, path]);
}
