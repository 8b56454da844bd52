/**
 * DESIGN.md 4.3, when a takeover is tried: once its holder is confirmed dead, long before its lease is out;
 * and where nobody sees the majority for that, when the lease has run out. Looked at where one peer is gone
 * and nothing else fails, and where another that never touched the task has nothing else to do all the time.
 */
import {
  type EntryBody,
  type IssueNumber,
  type PeerId,
  type TaskId,
  taskParts,
} from '@bzzz/protocol';
import type { Chains } from './chains.ts';
import type { Check, CheckContext, Violation } from './violation.ts';

/** Reads of the lock, the wait for a turn, and the bid itself, after a lease is out. */
const slackMs = 40_000;

interface Owed {
  readonly number: IssueNumber;
  readonly epoch: number;
  readonly byMs: number;
  readonly rule: Violation['invariant'];
  /** Who could take it over, and has had nothing else to do so far. */
  readonly idle: Set<PeerId>;
}

export function checkEager(context: CheckContext, chains: Chains): Check {
  const { broken, state, nowMs, leaseMs, bereft } = context;
  const known = new Set<PeerId>();
  /** Tasks in the slots of each peer. */
  const busy = new Map<PeerId, Set<TaskId>>();
  /** By peer and task: that it ever meant to claim it. */
  const tried = new Set<string>();
  /** Claims of which the mesh has heard. */
  const told = new Set<string>();
  let owed: readonly Owed[] = [];

  function onDurable(peer: PeerId, body: EntryBody): void {
    if (body.kind === 'peer.started') {
      known.add(peer);
      busy.delete(peer);
    }
    if (body.kind === 'fence.intended') onIntent(peer, body.intent.task);
    const isLost = body.kind === 'fence.settled' && body.outcome === 'lost';
    if (body.kind === 'task.ended' || isLost) busy.get(peer)?.delete(body.task);
  }

  function onIntent(peer: PeerId, task: TaskId): void {
    busy.set(peer, (busy.get(peer) ?? new Set<TaskId>()).add(task));
    tried.add(`${peer} ${task}`);
    for (const { number, idle } of owed) if (number !== taskParts(task).number) idle.delete(peer);
  }

  function onGone(gone: PeerId): void {
    const living = [...known].filter((peer) => peer !== gone);
    const isMajority = living.length * 2 > known.size;
    const when = isMajority
      ? { rule: '4.3-eager' as const, byMs: nowMs() + leaseMs / 2 }
      : { rule: '4.3-lease-out' as const, byMs: nowMs() + leaseMs + slackMs };
    owed = state.numbers().flatMap((number) => {
      const { record } = chains.get(number);
      if (record?.state !== 'held' || record.peer !== gone) return [];
      if (!told.has(`${record.task} ${record.epoch}`)) return [];
      const isIdle = (peer: PeerId) =>
        (busy.get(peer)?.size ?? 0) === 0 && !tried.has(`${peer} ${record.task}`);
      return [{ number, epoch: record.epoch, ...when, idle: new Set(living.filter(isIdle)) }];
    });
  }

  function onTime(): void {
    for (const { number, epoch, byMs, rule, idle } of owed) {
      if (nowMs() <= byMs || idle.size === 0) continue;
      const { record } = chains.get(number);
      if (record?.state !== 'held' || record.epoch !== epoch) continue;
      broken(rule, `#${number} is left to the dead, though another peer is able and free`);
    }
    owed = owed.filter(({ byMs }) => nowMs() <= byMs);
  }

  return {
    onEvent(event) {
      if (!bereft) return;
      onTime();
      if (event.kind === 'durable') onDurable(event.peer, event.body);
      if (event.kind === 'told-holder') told.add(`${event.task} ${event.epoch}`);
      if (event.kind === 'gone') onGone(event.peer);
      // Back, it goes on with what is its own.
      if (event.kind === 'durable' && event.body.kind === 'peer.started') owed = [];
    },
  };
}
