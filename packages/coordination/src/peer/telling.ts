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

/** The claim first: who hears both must not bid in between. */
export function hintsOf(entry: TaskEntry, options: TellingOptions): TaskHint[] {
  const worthTelling = options.watching && entry.wanted && entry.seen !== null;
  const seen = worthTelling ? [{ ...entry.seen, entry: options.position }] : [];
  const claim = claimHint(entry, options);
  if (claim === undefined) return seen;
  return [...takenBack(entry, claim), claim, ...seen];
}

/** Of a claim that we ended because people object, others must hear that before they hear the end. */
function takenBack(entry: TaskEntry, claim: TaskHint): TaskHint[] {
  const { task, title, updatedAtMs, wanted, taken, blocked } = entry;
  const waits = entry.waitsFor === null ? {} : { waitsFor: [...entry.waitsFor] };
  if (claim.kind !== 'released' || wanted || blocked === null) return [];
  const gone = { kind: 'gone' as const, task, title, updatedAtMs, reason: blocked, ...waits };
  // What was no word of people to us must not become one by being told on.
  const unexplained = taken || 'waitsFor' in waits ? {} : { unexplained: true };
  return [{ ...gone, ...unexplained, entry: claim.entry }];
}

function claimHint({ task, state }: TaskEntry, options: TellingOptions): TaskHint | undefined {
  if (state.state === 'open') return undefined;
  const { peer, epoch, lock, leaseMs } = state.hold;
  const about = { task, peer, epoch, lock, entry: options.position };
  const own = peer === options.self;
  switch (state.state) {
    case 'claimed':
    case 'running':
    case 'helping':
    case 'publishing':
    case 'verifying':
      // Of others' claims the watcher tells too, as it learns of them first.
      return own || options.watching ? { kind: 'claimed', ...about, leaseMs } : undefined;
    case 'released':
    case 'failed':
      return own ? { kind: state.state, ...about } : undefined;
    case 'done':
      return own ? { kind: 'done', ...about, pullRequest: state.pullRequest } : undefined;
  }
}
