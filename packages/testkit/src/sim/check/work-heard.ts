/**
 * Of which unfinished work a peer knows that it was pushed. What it sent before it died may arrive when it is
 * back: until it has read the lock, or a move of its own was won over it, it cannot know that. While a move is
 * not settled, a read that shows another tip than it expects may only be an old one.
 */
import {
  decodeLockCommit,
  type EntryBody,
  isBzzzError,
  type IssueNumber,
  type LockRecord,
  type Oid,
  type PeerId,
  type RepoName,
  type TaskId,
  taskParts,
} from '@bzzz/protocol';
import type { HistoryEvent } from '../history.ts';

export interface WorkHeard {
  take(event: HistoryEvent): void;
  knows(peer: PeerId, number: IssueNumber, work: Oid): boolean;
}

export function trackWorkHeard(repo: RepoName): WorkHeard {
  const read = new Set<string>();
  const won = new Set<string>();
  /** By peer: moves of this run that are not settled. */
  const unsettled = new Map<PeerId, Map<TaskId, LockRecord>>();
  const keyOf = (peer: PeerId, number: IssueNumber, work: Oid) => `${peer} ${number} ${work}`;
  const movesOf = (peer: PeerId) => unsettled.get(peer) ?? new Map<TaskId, LockRecord>();

  function onSettled(
    peer: PeerId,
    { task, outcome }: Extract<EntryBody, { kind: 'fence.settled' }>,
  ): void {
    const moves = movesOf(peer);
    const record = moves.get(task);
    if (outcome === 'unknown') return;
    moves.delete(task);
    if (outcome !== 'won' || record?.state !== 'held' || record.work === undefined) return;
    won.add(keyOf(peer, taskParts(task).number, record.work));
  }

  return {
    take(event) {
      if (event.kind === 'fence-read' && event.fence.lock !== null) {
        const work = workIn(repo, event.fence.lock.commit);
        if (work !== undefined) read.add(keyOf(event.peer, event.number, work));
      }
      if (event.kind !== 'durable') return;
      const { peer, body } = event;
      if (body.kind === 'peer.started') unsettled.set(peer, new Map());
      if (body.kind === 'fence.intended') movesOf(peer).set(body.intent.task, body.intent.record);
      if (body.kind === 'fence.settled') onSettled(peer, body);
    },
    knows(peer, number, work) {
      const key = keyOf(peer, number, work);
      const isMoving = [...movesOf(peer).keys()].some((task) => taskParts(task).number === number);
      return won.has(key) || (read.has(key) && !isMoving);
    },
  };
}

/** Undefined also of what people pushed to the lock. */
function workIn(repo: RepoName, commit: Uint8Array): Oid | undefined {
  try {
    const { record } = decodeLockCommit(repo, commit);
    return record.state === 'held' ? record.work : undefined;
  } catch (error) {
    if (isBzzzError(error, 'lock_malformed')) return undefined;
    throw error;
  }
}
