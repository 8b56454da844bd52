/**
 * DESIGN.md 4.3, and how leases are measured (4.2): a claim of another peer is taken over when its
 * holder was declared dead by who sees a majority, or when its tip stood for a whole lease while the
 * forge answered.
 */
import { type Oid, type PeerId } from '@bzzz/protocol';
import type { FencePush } from '@bzzz/coordination';
import type { HistoryEvent } from '../history.ts';
import type { Chains } from './chains.ts';
import { trackDeaths } from './deaths.ts';
import { lockOf } from './lock-in.ts';
import type { Check, CheckContext } from './violation.ts';

/** So long a split must have stood before its smaller side is expected to have seen it. */
const splitSeenMs = 15_000;
/** Clocks of peers run so much faster than the world's. */
const driftMax = 0.03;

export function checkTakeover(context: CheckContext, chains: Chains): Check {
  const { broken, repo, nowMs } = context;
  const deaths = trackDeaths();
  /** The last membership that each peer knew of, itself left out: over its restarts, as its journal is. */
  const known = new Map<PeerId, ReadonlySet<PeerId>>();
  /** Whom its author held for dead when a move was intended: the push may arrive much later. */
  const deadThen = new Map<Oid, ReadonlySet<PeerId>>();
  /** Moves that were intended on the smaller side of a split. */
  const fewThen = new Set<Oid>();

  function isLongOnSmallSide(peer: PeerId): boolean {
    const side = context.smallSideOf(peer);
    return side !== null && nowMs() - side.sinceMs > splitSeenMs;
  }

  function onDurable({ peer, body }: Extract<HistoryEvent, { kind: 'durable' }>): void {
    if (body.kind === 'fence.intended') {
      deadThen.set(body.intent.oid, deaths.deadTo(peer));
      if (isLongOnSmallSide(peer)) fewThen.add(body.intent.oid);
    }
    const members = known.get(peer) ?? new Set();
    if (body.kind === 'member.joined') known.set(peer, new Set([...members, body.peer]));
    if (body.kind !== 'member.dead') return;
    known.set(peer, new Set([...members].filter((one) => one !== body.peer)));
    const side = context.smallSideOf(peer);
    if (side === null || nowMs() - side.sinceMs <= splitSeenMs) return;
    // Whom it had declared dead before counts no more: what is left may be a majority of its members.
    const seen = side.peers.filter((one) => one !== peer && one !== body.peer && members.has(one));
    if ((1 + seen.length) * 2 <= 1 + members.size) {
      broken('4.3-majority', 'a peer was declared dead by the smaller side of a split');
    }
  }

  function onPush(peer: PeerId, { number, lock }: FencePush): void {
    const chain = chains.get(number);
    const { record: before, acceptedAtMs } = chain;
    if (before === undefined || chain.touched !== null || chain.tip === lock.oid) return;
    const { record } = lockOf(repo, lock.commit);
    if (before.state !== 'held' || before.peer === peer || record.epoch <= before.epoch) return;
    const isFew = fewThen.has(lock.oid);
    if (!isFew && deadThen.get(lock.oid)?.has(before.peer) === true) return;
    const stoodMs = nowMs() - acceptedAtMs;
    const leaseMs = before.leaseMs * (1 - driftMax);
    // A shorter outage may pass between two reads of who watches the lease, and be noticed by nobody.
    if (stoodMs < leaseMs) {
      const rule = isFew ? '4.3-majority' : '4.2-observer';
      broken(rule, `#${number} was taken over after ${stoodMs} ms of ${before.leaseMs}`);
    } else if (stoodMs - context.awayMs(peer, acceptedAtMs, before.leaseMs / 2) < leaseMs) {
      broken('4.2-outage', `#${number} was taken over for time in which the forge was away`);
    }
  }

  return {
    onEvent(event) {
      deaths.take(event);
      if (event.kind === 'durable') onDurable(event);
      if (event.kind === 'push' && event.accepted) onPush(event.peer, event.push);
    },
  };
}
