/** Counts what the history of a run tells of; what leaves no trace there is counted where it happens. */
import { type IssueNumber, type LockRecord, type Oid } from '@bzzz/protocol';
import type { History, HistoryEvent } from './history.ts';
import type { Sights } from './sights.ts';
import { lockOf } from './check/lock-in.ts';
import { virtualRepo } from './world.ts';

interface Standing {
  readonly oid: Oid;
  readonly record: LockRecord;
  readonly sinceMs: number;
}

/** Clocks of peers run so much faster than the world's. */
const driftMax = 0.03;

export function watchCoverage(
  history: History,
  { count }: Pick<Sights, 'count'>,
  nowMs: () => number,
): void {
  const locks = new Map<IssueNumber, Standing>();

  function onPush({ push, accepted }: Extract<HistoryEvent, { kind: 'push' }>): void {
    if (!accepted) return count('rejected push');
    const { number, lock, result } = push;
    const { record } = lockOf(virtualRepo, lock.commit);
    const { epoch, state } = record;
    if (result !== undefined) count(state === 'result' ? 'publication' : 'checkpoint');
    const before = locks.get(number);
    const raised = before !== undefined && epoch > before.record.epoch;
    if (raised) count('takeover');
    if (raised && isEager(before, record)) count('eager takeover');
    if (raised && state === 'result') count('carried result');
    if (raised && record.state === 'held' && record.rework !== undefined) count('rework');
    if (result !== undefined && record.state === 'result' && record.reworks !== undefined) {
      count('reworked');
    }
    if (before?.oid !== lock.oid) locks.set(number, { oid: lock.oid, record, sinceMs: nowMs() });
  }

  /** Before the lease of who held it was out. */
  function isEager({ record, sinceMs }: Standing, { peer }: LockRecord): boolean {
    const isOfOthers = record.state === 'held' && record.peer !== peer;
    return isOfOthers && nowMs() - sinceMs < record.leaseMs * (1 - driftMax);
  }

  function onDurable({ body }: Extract<HistoryEvent, { kind: 'durable' }>): void {
    if (body.kind === 'fence.settled' && body.outcome === 'unknown') count('claim in doubt');
    if (body.kind === 'fence.settled' && body.outcome === 'refused') count('refused claim');
    if (body.kind === 'attempt.ended' && body.outcome === 'failed') count('failed attempt');
    if (body.kind === 'task.ended' && body.state === 'failed') count('given up');
    if (body.kind === 'task.ended' && body.reason.startsWith('fenced')) count('fenced');
    if (body.kind === 'attempt.started' && body.from !== undefined) count('went on');
    if (body.kind === 'member.dead') count('death');
    if (body.kind === 'tidy.intended' && body.open === true) count('tidied while open');
    if (body.kind === 'attempt.step') count('step');
    if (body.kind === 'attempt.step' && body.outcome === 'sent back') count('sent back');
    if (body.kind === 'help.asked') count('asked for help');
    if (body.kind === 'help.taken' && body.hop > 1) count('handed on');
    if (body.kind === 'help.returned' && body.outcome === 'lost') count('help lost');
    if (body.kind === 'help.ended' && body.outcome === 'helped') count('helped');
    if (body.kind === 'help.ended' && body.outcome === 'nobody') count('nobody helps');
    if (body.kind === 'help.ended' && body.outcome === 'cancelled') count('help given up');
    if (body.kind === 'verdict.given') count('verdict');
    if (body.kind === 'verdict.heard' && body.outcome === 'failed') count('disagreement');
    if (body.kind === 'verdict.heard' && body.outcome === 'declined') count('declined verdict');
    if (body.kind === 'task.ended' && body.reason.startsWith('verified')) count('verified');
    if (body.kind === 'task.ended' && body.reason.includes('not reworked')) count('not reworked');
    if (body.kind === 'task.ended' && body.reason.startsWith('unverified')) count('unverified');
  }

  history.onEvent((event) => {
    if (event.kind === 'push') onPush(event);
    if (event.kind === 'durable') onDurable(event);
    if (event.kind === 'tidied' && event.accepted) count('tidied');
    if (event.kind === 'told-to-wait') count('told to wait');
    if (event.kind === 'people') count(`people ${event.act}`);
  });
}
