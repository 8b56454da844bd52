/** What throws in a run, wherever it does: a finding like any other, of which the seed must not be lost. */
import type { Violation } from './check/index.ts';

export interface Defects {
  /** The first that was seen. */
  seen(): Violation | undefined;
  tell(error: unknown): void;
  /** After it has seen what nobody has caught so far; then such ends the process again, as it does by itself. */
  stop(): Promise<void>;
}

/** Of a process that runs one world at a time. */
export function watchDefects(): Defects {
  let first: Violation | undefined;

  function tell(error: unknown): void {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    first ??= { invariant: 'defect', what };
  }

  process.on('unhandledRejection', tell);
  return {
    seen: () => first,
    tell,
    async stop() {
      // Node tells of them only when nothing else is left to do in a turn of its loop.
      // oxlint-disable-next-line no-restricted-globals -- no time passes by it
      await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', tell);
    },
  };
}
