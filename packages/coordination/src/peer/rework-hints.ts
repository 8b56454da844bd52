/** What our own looks at pull requests show: said by each of them, and by nobody else. */
import type { Oid, TaskHint, TaskId } from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { LockCommit } from '../fence/commit.ts';
import type { Book } from '../task/book.ts';
import type { Teller } from './teller.ts';

export interface ReworkHints {
  /** More work on a result is asked for. */
  onHint(hint: Extract<TaskHint, { kind: 'rework' }>): void;
  /** A result has its pull request, though nobody told so. */
  onDone(task: TaskId, result: LockCommit, pullRequest: number): void;
  /** Nothing asks for it any more. */
  onQuiet(task: TaskId, lock: Oid): void;
}

export function createReworkHints(
  deps: {
    readonly book: Book;
    readonly chronicle: Pick<Chronicle, 'position'>;
    readonly teller: () => Pick<Teller, 'publish'>;
  },
  onChange: () => void,
): ReworkHints {
  const { book, chronicle } = deps;
  return {
    onHint(hint) {
      book.hear(hint);
      deps.teller().publish({ ...hint, entry: chronicle.position() });
      onChange();
    },
    onDone(task, { oid, record }, pullRequest) {
      const { peer, epoch, leaseMs } = record;
      const hold = { peer, epoch, lock: oid, leaseMs };
      book.update(task, { state: { state: 'done', hold, pullRequest } });
    },
    onQuiet(task, lock) {
      if (book.get(task)?.rework?.lock === lock) book.update(task, { rework: null });
    },
  };
}
