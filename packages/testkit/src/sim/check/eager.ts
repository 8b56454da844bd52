/**
 * DESIGN.md 4.3, when a takeover is tried: once its holder is confirmed dead, long before its lease is out;
 * and where nobody sees the majority for that, when the lease has run out. Looked at where one peer is gone
 * and nothing else fails, and where another that never touched the task has had nothing else to do for long.
 */
import type { EntryBody, IssueNumber, PeerId, TaskId } from '@bzzz/protocol';
import type { Chains } from './chains.ts';
import type { Check, CheckContext, Violation } from './violation.ts';

/** Reads of the lock, the wait for a turn, and the bid itself, after a lease is out. */
const slackMs = 40_000;

interface Owed {
  readonly number: IssueNumber;
  readonly task: TaskId;
  readonly epoch: number;
}

/** What is owed for one death. */
interface Bereavement {
  readonly rule: Violation['invariant'];
  readonly byMs: number;
  /** So long whoever takes it over must have been free. */
  readonly freeMs: number;
  readonly living: readonly PeerId[];
  readonly owed: readonly Owed[];
}

export function checkEager(context: CheckContext, chains: Chains): Check {
  const { broken, state, nowMs, leaseMs, bereft } = context;
  const known = new Set<PeerId>();
  /** Tasks in the slots of each peer; and since when there is none. */
  const busy = new Map<PeerId, Set<TaskId>>();
  const freeSinceMs = new Map<PeerId, number>();
  /** By peer and task: that it ever meant to claim it. */
  const tried = new Set<string>();
  /** Claims of which the mesh has heard. */
  const told = new Set<string>();
  let death: Bereavement | undefined;

  function onDurable(peer: PeerId, body: EntryBody): void {
    if (body.kind === 'peer.started') onStarted(peer);
    if (body.kind === 'fence.intended') {
      const { task } = body.intent;
      busy.get(peer)?.add(task);
      freeSinceMs.delete(peer);
      tried.add(`${peer} ${task}`);
    }
    const isLost = body.kind === 'fence.settled' && body.outcome === 'lost';
    if (body.kind !== 'task.ended' && !isLost) return;
    busy.get(peer)?.delete(body.task);
    if (busy.get(peer)?.size === 0) freeSinceMs.set(peer, nowMs());
  }

  function onStarted(peer: PeerId): void {
    known.add(peer);
    busy.set(peer, new Set());
    freeSinceMs.set(peer, nowMs());
    // Who is back goes on with what is its own.
    death = undefined;
  }

  function onGone(gone: PeerId): void {
    const living = [...known].filter((peer) => peer !== gone);
    const owed = state.numbers().flatMap((number) => {
      const { record } = chains.get(number);
      if (record?.state !== 'held' || record.peer !== gone) return [];
      const { task, epoch } = record;
      return told.has(`${task} ${epoch}`) ? [{ number, task, epoch }] : [];
    });
    const isMajority = living.length * 2 > known.size;
    death = isMajority
      ? { rule: '4.3-eager', byMs: nowMs() + leaseMs / 2, freeMs: leaseMs / 2, living, owed }
      : { rule: '4.3-lease-out', byMs: nowMs() + leaseMs + slackMs, freeMs: slackMs, living, owed };
  }

  function look({ rule, byMs, freeMs, living, owed }: Bereavement): void {
    if (nowMs() <= byMs) return;
    const isFree = (peer: PeerId) => (freeSinceMs.get(peer) ?? nowMs()) + freeMs < nowMs();
    const free = living.filter(isFree);
    for (const { number, task, epoch } of owed) {
      const { record } = chains.get(number);
      if (record?.state !== 'held' || record.epoch !== epoch) continue;
      if (free.every((peer) => tried.has(`${peer} ${task}`))) continue;
      broken(rule, `#${number} is left to the dead, though another peer is able and free`);
    }
  }

  return {
    onEvent(event) {
      if (!bereft) return;
      if (death !== undefined) look(death);
      if (event.kind === 'durable') onDurable(event.peer, event.body);
      if (event.kind === 'told-holder') told.add(`${event.task} ${event.epoch}`);
      if (event.kind === 'gone') onGone(event.peer);
    },
  };
}
