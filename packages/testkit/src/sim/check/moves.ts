/**
 * DESIGN.md 4.2, what a move of the lock must be: pushed with the lease that it was made for, by nobody else,
 * in an epoch that nobody had, on a commit that bzzz signed, by who owns the tip; and that a claim is given
 * back by one.
 */
import {
  type EntryBody,
  type FenceIntent,
  type LockRecord,
  type Oid,
  type PeerId,
  taskParts,
} from '@bzzz/protocol';
import type { FencePush } from '@bzzz/coordination';
import type { Chains } from './chains.ts';
import { lockOf } from './lock-in.ts';
import type { Check, CheckContext } from './violation.ts';

/** A read may be so old, that shows somebody that the claim is not his. */
const lagMsMax = 20_000;

export function checkMoves(context: CheckContext, chains: Chains): Check {
  const { broken, repo, state, nowMs } = context;
  /** What each peer has meant to push: over its restarts, as its journal is. */
  const own = new Map<PeerId, Set<Oid>>();
  const pushedBy = new Map<Oid, PeerId>();
  /** What stood on a lock at some time. */
  const stood = new Map<Oid, LockRecord>();
  /** Commits in our form that nobody signed. */
  const forged = new Set<Oid>();

  function onIntent(peer: PeerId, { expected, oid, record, task }: FenceIntent): void {
    const mine = own.get(peer) ?? new Set();
    const below = expected === null ? undefined : stood.get(expected);
    // A claim is one attempt more.
    const goesOn = below?.epoch === record.epoch && below.attempt === record.attempt;
    if (goesOn && expected !== null && !mine.has(expected)) {
      broken(
        '4.2-own-tip',
        `${task} is moved on from a tip that its mover's journal does not hold`,
      );
    }
    own.set(peer, mine.add(oid));
  }

  function onEnded(
    peer: PeerId,
    { task, epoch }: Extract<EntryBody, { kind: 'task.ended' }>,
  ): void {
    const { number } = taskParts(task);
    const { record, acceptedAtMs, ...chain } = chains.get(number);
    if (chain.touched !== null || chain.deletedEver || chain.resultTouched) return;
    if (record?.state !== 'held' || record.peer !== peer || record.epoch !== epoch) return;
    if (nowMs() - acceptedAtMs > lagMsMax) {
      broken('4.2-release-by-commit', `#${number} was given back without a commit`);
    }
  }

  function onPush(peer: PeerId, { number, lock }: FencePush): void {
    const pusher = pushedBy.get(lock.oid) ?? peer;
    pushedBy.set(lock.oid, pusher);
    if (pusher !== peer) broken('4.2-nonce', `two peers pushed the same commit for #${number}`);
    const { record: before, tip, touched } = chains.get(number);
    if (tip === lock.oid) return;
    const { record, parent } = lockOf(repo, lock.commit);
    stood.set(lock.oid, record);
    if (lock.expected !== parent) {
      broken('4.2-lease', `a push for #${number} expected something else than it was made on`);
    }
    if (parent !== null && forged.has(parent)) {
      broken('4.2-signature', `a commit for #${number} stands on one that nobody signed`);
    }
    if (before === undefined || touched !== null) return;
    const isNewClaim = before.peer !== record.peer || before.state !== 'held';
    if (isNewClaim && record.epoch <= before.epoch) {
      broken('4.2-epoch', `#${number} was claimed in epoch ${record.epoch} after ${before.epoch}`);
    }
  }

  return {
    onEvent(event) {
      if (event.kind === 'push' && event.accepted) onPush(event.peer, event.push);
      if (event.kind === 'people' && event.act === 'forge-lock') {
        const { lock = null } = state.at(event.number, nowMs()) ?? {};
        if (lock !== null) forged.add(lock);
      }
      if (event.kind !== 'durable') return;
      const { peer, body } = event;
      if (body.kind === 'fence.intended') onIntent(peer, body.intent);
      if (body.kind === 'task.ended' && body.state === 'released') onEnded(peer, body);
    },
  };
}
