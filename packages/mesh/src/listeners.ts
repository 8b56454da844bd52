export interface Listeners<T> {
  add(listener: (value: T) => void): () => void;
  tell(value: T): void;
}

/** A list of callbacks. One that throws is counted by `onError` and does not keep out the others. */
export function createListeners<T>(onError: () => void): Listeners<T> {
  const entries = new Set<{ readonly listener: (value: T) => void }>();
  return {
    add(listener) {
      // An entry of its own, so that one function added twice is also removed twice.
      const entry = { listener };
      entries.add(entry);
      return () => {
        entries.delete(entry);
      };
    },
    tell(value) {
      for (const { listener } of entries) {
        try {
          listener(value);
        } catch {
          onError();
        }
      }
    },
  };
}
