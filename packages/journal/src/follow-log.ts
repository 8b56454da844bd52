import type { StoredEntry } from '@bzzz/coordination';
import { isBzzzError } from '@bzzz/protocol';
import type { ChangeBell } from './change-bell.ts';
import type { LogReader } from './log-reader.ts';

export interface FollowDependencies {
  readonly reader: LogReader;
  /** Rings when there may be more to read, and when the log is closed. */
  readonly bell: ChangeBell;
  /** Throws `stopped` when the log is closed, which ends the iteration, or why it cannot be read. */
  readonly assertUsable: () => Promise<void>;
}

/** What is there, then what comes, until the log is closed. Throws `aborted`. */
export async function* followLog(
  { reader, bell, assertUsable }: FollowDependencies,
  { from, signal }: { from: number; signal: AbortSignal | undefined },
): AsyncGenerator<StoredEntry, void> {
  let position = from;
  try {
    for (;;) {
      await assertUsable();
      const seen = bell.count();
      position = yield* reader.read({ from: position, signal });
      await bell.after(seen, { signal });
    }
  } catch (error) {
    if (!isBzzzError(error, 'stopped')) throw error;
  }
}
