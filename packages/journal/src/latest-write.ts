/**
 * Keeps a file at the newest state without anybody waiting for every state to be written: one write
 * at a time, and one more after it when something changed meanwhile.
 */
export interface LatestWrite {
  /** Resolves when the state of this moment, or a newer one, is written. Throws what `write` threw. */
  request(): Promise<void>;
  /** The same without waiting; a failure is kept for `throwIfFailed`. */
  requestLater(): void;
  throwIfFailed(): void;
}

export function createLatestWrite(write: () => Promise<void>): LatestWrite {
  let running: Promise<void> | null = null;
  let following: Promise<void> | null = null;
  let failed: { readonly error: unknown } | null = null;

  return {
    request,
    requestLater() {
      request().catch((error: unknown) => {
        failed = { error };
      });
    },
    throwIfFailed() {
      if (failed !== null) throw failed.error;
    },
  };

  function request(): Promise<void> {
    if (running === null) return start();
    following ??= running.then(startNext, startNext);
    return following;
  }

  function startNext(): Promise<void> {
    following = null;
    return start();
  }

  function start(): Promise<void> {
    const run = write().finally(() => {
      if (running === run) running = null;
    });
    running = run;
    return run;
  }
}
