/** Which peers are free and which tasks wait, as somebody outside sees it: at the forge, and on the disks. */
import {
  type Account,
  decodeLockCommit,
  type IssueNumber,
  type LockRecord,
  type PeerId,
  taskParts,
} from '@bzzz/protocol';
import type { HistoryEvent } from '../src/sim/history.ts';
import { slotsOf, virtualLabel, virtualRepo, type World } from '../src/sim/world.ts';

/** Which peers run and have a slot left. */
export function trackMachines({ timeline, peers }: World) {
  const started = new Map<PeerId, number>();
  const goneAtMs = new Map<PeerId, number>();
  const busy = new Map<PeerId, Set<IssueNumber>>();
  const lastFreeMs = new Map<PeerId, number>();
  const ids = () => peers().map(({ id }) => id);
  const find = (peer: PeerId) => peers().find(({ id }) => id === peer);
  const isGone = (peer: PeerId) => started.has(peer) && find(peer)?.process === null;

  function isFree(peer: PeerId): boolean {
    // From the first word of stopping on nobody expects it to take anything.
    if (!started.has(peer) || (find(peer)?.coordinator ?? null) === null) return false;
    return (busy.get(peer)?.size ?? 0) < slotsOf(ids().indexOf(peer));
  }

  /** Whoever is gone stays a rival until a majority has seen it dead: without one, for good. */
  function isMissed(peer: PeerId, deathMsMax: number): boolean {
    const since = goneAtMs.get(peer);
    if (since === undefined) return false;
    const living = ids().filter((one) => started.has(one) && !isGone(one)).length;
    return 2 * living <= started.size || timeline.nowMs() - since <= deathMsMax;
  }

  return {
    isGone,
    nameOf: (peer: PeerId) => find(peer)?.name ?? peer,
    startedAtMs: (peer: PeerId) => started.get(peer) ?? 0,
    /** To be called at every event. */
    free(): readonly PeerId[] {
      const nowMs = timeline.nowMs();
      for (const peer of ids()) {
        if (isGone(peer) && !goneAtMs.has(peer)) goneAtMs.set(peer, nowMs);
        if (isFree(peer)) lastFreeMs.set(peer, nowMs);
      }
      return ids().filter(isFree);
    },
    /** Who was free since then, as far as others can tell. */
    seemFree: (sinceMs: number, deathMsMax: number) =>
      ids().filter(
        (peer) => (lastFreeMs.get(peer) ?? -Infinity) >= sinceMs || isMissed(peer, deathMsMax),
      ),
    take(event: HistoryEvent): void {
      if (event.kind === 'push' && event.accepted) {
        const { record } = decodeLockCommit(virtualRepo, event.push.lock.commit);
        const mine = busy.get(event.peer) ?? new Set<IssueNumber>();
        busy.set(event.peer, mine);
        if (record.state === 'held') mine.add(event.push.number);
      }
      if (event.kind !== 'durable') return;
      if (event.body.kind === 'peer.started') started.set(event.peer, timeline.nowMs());
      if (event.body.kind !== 'task.ended') return;
      busy.get(event.peer)?.delete(taskParts(event.body.task).number);
    },
  };
}

/** Which tasks wait for somebody. */
export function trackTasks({ state, timeline }: World) {
  const locks = new Map<IssueNumber, LockRecord>();
  const seen = new Map<IssueNumber, number>();
  const isOurs = (login: Account) => state.isOurAccount(login);

  return {
    lockOf: (number: IssueNumber) => locks.get(number),
    /** Whether a result stands whose maker is gone. */
    leftBehind: (isGone: (peer: PeerId) => boolean) =>
      [...locks.values()].some(({ state: at, peer }) => at === 'result' && isGone(peer)),
    /** Since when any journal tells of it. */
    seenAtMs: (number: IssueNumber) => seen.get(number),
    take(event: HistoryEvent): void {
      if (event.kind === 'durable' && event.body.kind === 'task.seen') {
        const { number } = taskParts(event.body.task);
        seen.set(number, seen.get(number) ?? timeline.nowMs());
      }
      if (event.kind !== 'push' || !event.accepted) return;
      const { record } = decodeLockCommit(virtualRepo, event.push.lock.commit);
      locks.set(event.push.number, record);
    },
    waits(number: IssueNumber, isGone: (peer: PeerId) => boolean): boolean {
      const issue = state.at(number, timeline.nowMs())?.issue;
      if (issue === undefined) return false;
      const isAsked = issue.state === 'open' && issue.labels.includes(virtualLabel);
      if (!isAsked || issue.association !== 'OWNER' || !issue.assignees.every(isOurs)) return false;
      const lock = locks.get(number);
      if (lock === undefined || lock.state === 'released') return true;
      return lock.state === 'held' && isGone(lock.peer);
    },
  };
}
