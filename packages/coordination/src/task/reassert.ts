/**
 * While a task is held: what people see of its claim is put again when the issue changes, since a
 * fenced owner may have written late (invariant 2). Beside the renewals, which must not wait for it.
 */
import type { LockRecord } from '@bzzz/protocol';
import type { Trouble } from '../support/trouble.ts';
import type { Visible } from './visible.ts';

export interface Reassert {
  /** A look showed the issue as of that time. */
  saw(updatedAtMs: number, signal: AbortSignal): void;
}

export interface ReassertDeps {
  readonly visible: Pick<Visible, 'claimed'>;
  readonly trouble: Trouble;
}

/** `shownAtMs`: the time of the issue when the claim was shown. */
export function createReassert(
  { visible, trouble }: ReassertDeps,
  record: LockRecord,
  shownAtMs: number,
): Reassert {
  let lastMs = shownAtMs;
  let putting = false;
  return {
    saw(updatedAtMs, signal) {
      if (putting || updatedAtMs === lastMs) return;
      lastMs = updatedAtMs;
      putting = true;
      visible
        .claimed(record, signal)
        .catch((error: unknown) => {
          if (!signal.aborted) trouble.tell(error, record.task);
        })
        .finally(() => {
          putting = false;
        });
    },
  };
}
