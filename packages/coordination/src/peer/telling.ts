/** What we tell the mesh about a task: its claim when it is ours, its existence when we watch. */
import type { Hlc, PeerId, TaskHint } from '@bzzz/protocol';
import type { TaskEntry } from '../task/book.ts';

export interface TellingOptions {
  readonly self: PeerId;
  /** Our last journal entry. */
  readonly position: { readonly seq: number; readonly at: Hlc };
  /** Whether we are the watcher or the standby of the task's repository. */
  readonly watching: boolean;
}

export function hintsOf(entry: TaskEntry, options: TellingOptions): TaskHint[] {
  const seen = options.watching && entry.wanted && entry.seen !== null ? [entry.seen] : [];
  const own = ownHint(entry, options);
  return own === undefined ? seen : [...seen, own];
}

function ownHint({ task, state }: TaskEntry, options: TellingOptions): TaskHint | undefined {
  if (state.state === 'open' || state.hold.peer !== options.self) return undefined;
  const { peer, epoch, lock, leaseMs } = state.hold;
  const about = { task, peer, epoch, lock, entry: options.position };
  switch (state.state) {
    case 'claimed':
    case 'running':
    case 'publishing':
      return { kind: 'claimed', ...about, leaseMs };
    case 'released':
    case 'failed':
      return { kind: state.state, ...about };
    case 'done':
      return { kind: 'done', ...about, pullRequest: state.pullRequest };
  }
}
