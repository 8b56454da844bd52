/**
 * Invariants 7 (journal first) and 8 (one history), and what journals say of claims: of all the peers
 * that were told that they hold an epoch, there is one (1); a push without an answer is repeated.
 */
import {
  type IssueNumber,
  type LockRecord,
  type Oid,
  type PeerId,
  taskId,
  taskParts,
} from '@bzzz/protocol';
import { lockIn } from './lock-in.ts';
import type { Effect, HistoryEvent } from '../history.ts';
import type { Check, CheckContext } from './violation.ts';

type Durable = Extract<HistoryEvent, { kind: 'durable' }>;

export function checkJournals({ broken, repo }: CheckContext): Check {
  const intents = new Map<PeerId, Map<Oid, LockRecord>>();
  /** What each move expected at the tip. */
  const expectedBy = new Map<Oid, Oid | null>();
  const effects = new Map<PeerId, Set<string>>();
  const holders = new Map<string, PeerId>();
  const lengths = new Map<PeerId, number>();
  /** Moves that were intended before the lock was deleted. */
  const deletedSince = new Set<Oid>();
  /** Claims of which no answer came, by peer and task. */
  const inDoubt = new Map<string, Oid>();

  function onDurable({ peer, seq, body }: Durable): void {
    const length = lengths.get(peer) ?? 0;
    if (seq < length) broken(8, `two entries stand at position ${seq} of one journal`);
    lengths.set(peer, Math.max(length, seq + 1));
    if (body.kind === 'peer.started') forgetDoubts(peer);
    if (body.kind === 'fence.intended') {
      expectedBy.set(body.intent.oid, body.intent.expected);
      onIntent(peer, body.intent.oid, body.intent.record);
    }
    if (body.kind === 'fence.settled') onSettled(peer, body.oid, body.outcome);
    if (body.kind === 'effect.intended') {
      const key = effectKey(taskParts(body.task).number, body.effect);
      effects.set(peer, (effects.get(peer) ?? new Set()).add(key));
    }
  }

  /** A process that starts looks at the fence, and claims anew where it finds nothing. */
  function forgetDoubts(peer: PeerId): void {
    for (const key of inDoubt.keys()) if (key.startsWith(peer)) inDoubt.delete(key);
  }

  /** Where other commits stand on what a move expected, one on the other, that move will never take effect. */
  function onRead({ peer, number, fence }: Extract<HistoryEvent, { kind: 'fence-read' }>): void {
    if (fence.lock === null) return;
    const key = `${peer} ${taskId(repo, number)}`;
    const doubted = inDoubt.get(key);
    if (doubted === undefined || doubted === fence.lock.oid) return;
    const expected = expectedBy.get(doubted);
    let below = lockIn(repo, fence.lock.commit)?.parent;
    while (below !== undefined && below !== null && below !== expected) {
      below = expectedBy.get(below) ?? undefined;
    }
    if (below !== undefined && below === expected) inDoubt.delete(key);
  }

  function onIntent(peer: PeerId, oid: Oid, record: LockRecord): void {
    intents.set(peer, (intents.get(peer) ?? new Map<Oid, LockRecord>()).set(oid, record));
    const doubted = inDoubt.get(`${peer} ${record.task}`);
    const earlier = doubted === undefined ? undefined : intents.get(peer)?.get(doubted);
    if (earlier !== undefined && earlier.attempt <= record.attempt && record.state === 'held') {
      broken('4.2-same-commit', `a claim of ${record.task} without an answer was made anew`);
    }
  }

  function onSettled(peer: PeerId, oid: Oid, outcome: string): void {
    const record = intents.get(peer)?.get(oid);
    if (record === undefined) return;
    const doubt = `${peer} ${record.task}`;
    if (outcome === 'unknown' && record.state === 'held') inDoubt.set(doubt, oid);
    else inDoubt.delete(doubt);
    // A late answer to a claim that a person has deleted meanwhile: its next push fails.
    if (outcome !== 'won' || deletedSince.has(oid)) return;
    const key = `${record.task} ${record.epoch}`;
    const holder = holders.get(key) ?? peer;
    holders.set(key, holder);
    if (holder !== peer) broken(1, `two peers were told that they hold ${key}`);
  }

  /** What leaves a peer must be on its disk already. */
  function onSent(peer: PeerId, what: { oid: Oid } | Effect): void {
    if ('oid' in what) {
      if (intents.get(peer)?.has(what.oid) !== true) {
        broken(7, `push of ${what.oid} without its intent on disk`);
      }
    } else if (effects.get(peer)?.has(effectKey(what.number, what.effect)) !== true) {
      broken(7, `${what.effect} on #${what.number} without its intent on disk`);
    }
  }

  /** Who claims anew after the branch was deleted cannot know of every claim before. */
  function onDeleted(number: IssueNumber): void {
    for (const key of holders.keys()) if (key.includes(`#${number} `)) holders.delete(key);
    for (const known of intents.values()) {
      for (const [oid, { task }] of known) {
        if (taskParts(task).number === number) deletedSince.add(oid);
      }
    }
  }

  return {
    onEvent(event) {
      if (event.kind === 'durable') onDurable(event);
      if (event.kind === 'fence-read') onRead(event);
      if (event.kind === 'sent') onSent(event.peer, event.what);
      if (event.kind === 'people' && event.act === 'delete-lock') onDeleted(event.number);
      if (event.kind === 'tidied' && event.accepted) onDeleted(event.branches.number);
    },
  };
}

function effectKey(number: number, effect: string): string {
  return `${number} ${effect}`;
}
