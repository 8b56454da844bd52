/**
 * Says to the mesh what this peer knows of tasks. Gossip promises nothing, so what matters is said
 * again from time to time and to whoever joins: nothing relies on one message.
 */
import {
  type PeerId,
  type RepoName,
  type TaskHint,
  type TaskId,
  taskParts,
  topics,
} from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Membership } from '../membership/membership.ts';
import type { Clock, Mesh } from '../ports/index.ts';
import type { Trouble } from '../support/trouble.ts';
import type { Book } from '../task/book.ts';
import { watchRole } from '../watching/roles.ts';
import { hintsOf } from './telling.ts';

export interface TellerDeps {
  readonly clock: Clock;
  readonly mesh: Mesh;
  readonly chronicle: Chronicle;
  readonly trouble: Trouble;
  readonly membership: Membership;
  readonly book: Book;
}

export interface TellerOptions {
  readonly self: PeerId;
  readonly announceMs: number;
  /** Called whenever everything is told again. */
  readonly onRepeat: () => void;
}

export interface Teller {
  publish(hint: TaskHint): void;
  /** `asWatcher`: also what only the watcher of a repository tells. */
  tell(task: TaskId, asWatcher?: boolean): void;
  tellAll(): void;
  /** Tells everything now and every `announceMs` until `stop`. */
  start(): void;
  stop(): void;
}

export function createTeller(deps: TellerDeps, options: TellerOptions): Teller {
  const { clock, mesh, chronicle, trouble, membership, book } = deps;
  const { self } = options;
  let cancel: (() => void) | undefined;

  function publish(hint: TaskHint): void {
    mesh.publish(topics.tasks, hint).catch(trouble.tell);
  }

  function isWatching(repo: RepoName): boolean {
    return watchRole(repo, self, membership.serving(repo)) !== 'fallback';
  }

  function tell(task: TaskId, asWatcher = isWatching(taskParts(task).repo)): void {
    const entry = book.get(task);
    if (entry === undefined) return;
    const position = chronicle.position();
    for (const hint of hintsOf(entry, { self, position, watching: asWatcher })) publish(hint);
  }

  function tellAll(): void {
    for (const { task, wanted } of book.all()) if (wanted) tell(task);
  }

  function repeat(): void {
    tellAll();
    options.onRepeat();
    cancel = clock.after(options.announceMs, repeat);
  }

  return { publish, tell, tellAll, start: repeat, stop: () => cancel?.() };
}
