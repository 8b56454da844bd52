/**
 * What was said of a task that ended here. A fenced owner's late write may have replaced it, so it is
 * put again, if it is not there, whenever the issue changes (invariant 2).
 */
import { BzzzError, type LockRecord, type TaskId } from '@bzzz/protocol';
import type { Trouble } from '../support/trouble.ts';
import type { Visible } from '../task/visible.ts';

export type LastWords =
  | {
      readonly state: 'done';
      readonly record: LockRecord;
      readonly pullRequest: number;
      readonly reason: string;
    }
  | { readonly state: 'failed'; readonly record: LockRecord; readonly reason: string };

export interface Epilogue {
  /** A task of ours ended with these words. */
  ended(task: TaskId, words: LastWords): void;
  /** Somebody else holds the task now, and has his own words. */
  forget(task: TaskId): void;
  issueChanged(task: TaskId): void;
  stop(): void;
}

export interface EpilogueDeps {
  readonly visible: Pick<Visible, 'finished' | 'failed'>;
  readonly trouble: Trouble;
}

/** Beyond this the words of the oldest are not repeated any more. */
const tasksMax = 1_000;

export function createEpilogue({ visible, trouble }: EpilogueDeps): Epilogue {
  const endings = new Map<TaskId, LastWords>();
  /** True: the issue changed again while they were put. */
  const putting = new Map<TaskId, boolean>();
  const stopping = new AbortController();
  const { signal } = stopping;

  function put(words: LastWords): Promise<void> {
    return words.state === 'done'
      ? visible.finished(words.record, words.pullRequest, words.reason, signal)
      : visible.failed(words.record, words.reason, signal);
  }

  async function repeat(task: TaskId): Promise<void> {
    putting.set(task, true);
    try {
      while (putting.get(task) === true) {
        putting.set(task, false);
        const words = endings.get(task);
        if (words !== undefined) await put(words);
      }
    } catch (error) {
      if (!signal.aborted) trouble.tell(error, task);
    } finally {
      putting.delete(task);
    }
  }

  return {
    ended(task, words) {
      endings.delete(task);
      endings.set(task, words);
      const [oldest] = endings.keys();
      if (endings.size > tasksMax && oldest !== undefined) endings.delete(oldest);
    },
    forget: (task) => endings.delete(task),
    issueChanged(task) {
      if (!endings.has(task)) return;
      if (putting.has(task)) putting.set(task, true);
      else void repeat(task);
    },
    stop: () => stopping.abort(new BzzzError('stopped', 'the peer is stopping')),
  };
}
