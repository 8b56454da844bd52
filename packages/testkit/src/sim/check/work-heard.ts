/**
 * Of which unfinished work a peer knows that it was pushed. What it sent before it died may arrive when it is
 * back: until it has read the lock, or a move of its own was won over it, it cannot know that. While a move is
 * not settled, a read that shows another tip than it expects may only be an old one.
 */
import {
  type EntryBody,
  type IssueNumber,
  type LockRecord,
  type Oid,
  type PeerId,
  type RepoName,
  taskParts,
} from '@bzzz/protocol';
import type { HistoryEvent } from '../history.ts';
import { lockIn } from './lock-in.ts';

export interface WorkHeard {
  take(event: HistoryEvent): void;
  knows(peer: PeerId, number: IssueNumber, work: Oid): boolean;
}

/** What one run of a peer has in its memory. */
interface Run {
  readonly read: Set<string>;
  /** Moves that are not settled. */
  readonly moving: Map<IssueNumber, LockRecord>;
}

export function trackWorkHeard(repo: RepoName): WorkHeard {
  const runs = new Map<PeerId, Run>();
  /** By peer: over its restarts, as its journal is. */
  const won = new Set<string>();
  const keyOf = (number: IssueNumber, work: Oid) => `${number} ${work}`;

  function runOf(peer: PeerId): Run {
    const run = runs.get(peer) ?? { read: new Set(), moving: new Map() };
    runs.set(peer, run);
    return run;
  }

  function onDurable(peer: PeerId, body: EntryBody): void {
    const { moving } = runOf(peer);
    if (body.kind === 'peer.started') runs.delete(peer);
    if (body.kind === 'fence.intended') {
      moving.set(taskParts(body.intent.task).number, body.intent.record);
    }
    if (body.kind !== 'fence.settled' || body.outcome === 'unknown') return;
    const { number } = taskParts(body.task);
    const record = moving.get(number);
    moving.delete(number);
    if (body.outcome !== 'won' || record?.state !== 'held' || record.work === undefined) return;
    won.add(`${peer} ${keyOf(number, record.work)}`);
  }

  return {
    take(event) {
      if (event.kind === 'durable') onDurable(event.peer, event.body);
      if (event.kind !== 'fence-read' || event.fence.lock === null) return;
      const work = workIn(repo, event.fence.lock.commit);
      if (work !== undefined) runOf(event.peer).read.add(keyOf(event.number, work));
    },
    knows(peer, number, work) {
      const { read, moving } = runOf(peer);
      const key = keyOf(number, work);
      return won.has(`${peer} ${key}`) || (read.has(key) && !moving.has(number));
    },
  };
}

function workIn(repo: RepoName, commit: Uint8Array): Oid | undefined {
  const record = lockIn(repo, commit)?.record;
  return record?.state === 'held' ? record.work : undefined;
}
