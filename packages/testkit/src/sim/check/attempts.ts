/** When an attempt begins, what cuts it short, and what of it leaves the peer before it has ended. */
import { type EntryBody, type PeerId, taskParts } from '@bzzz/protocol';
import type { FencePush } from '@bzzz/coordination';
import { lockOf } from './lock-in.ts';
import type { Check, CheckContext } from './violation.ts';

/** A search for pull requests may be so old. */
const lagMsMax = 10_000;
/** Errors by which the forge says that it is away, or says no. */
const forgeSilent = new Set(['forge_unreachable', 'forge_rate_limited', 'fence_refused']);

interface Claimed {
  readonly epoch: number;
  readonly atMs: number;
  /** Over the result that its pull request shows. */
  readonly reworks: boolean;
}

export function checkAttempts({ broken, repo, state, nowMs }: CheckContext): Check {
  /** What a peer meant to show of which claim. */
  const shown = new Set<string>();
  const claimed = new Map<number, Claimed>();
  const openedAtMs = new Map<number, number>();

  function onStarted(peer: PeerId, body: Extract<EntryBody, { kind: 'attempt.started' }>): void {
    const { task, epoch } = body;
    const { number } = taskParts(task);
    for (const effect of ['assign', 'comment']) {
      if (shown.has(`${peer} ${task} ${epoch} ${effect}`)) continue;
      broken('4.2-shown', `work on #${number} began before people were shown who is on it`);
    }
    const claim = claimed.get(number);
    const opened = openedAtMs.get(number);
    if (claim?.epoch !== epoch || opened === undefined || claim.reworks) return;
    if (opened < claim.atMs - lagMsMax) {
      broken('4.2-prior-result', `work on #${number} began though its pull request stands`);
    }
  }

  function onPush({ number, lock, result }: FencePush): void {
    const { record } = lockOf(repo, lock.commit);
    if (record.epoch !== claimed.get(number)?.epoch) {
      const reworks = record.state === 'held' && record.rework !== undefined;
      claimed.set(number, { epoch: record.epoch, atMs: nowMs(), reworks });
    }
    const isEarly = result !== undefined && record.state === 'held';
    if (isEarly && !state.base.policy.includes('checkpointMs')) {
      broken('4.2-early-work', `unfinished work on #${number} was pushed, which nobody asked for`);
    }
  }

  function onDurable(peer: PeerId, body: EntryBody): void {
    if (body.kind === 'effect.intended') {
      shown.add(`${peer} ${body.task} ${body.epoch} ${body.effect}`);
    }
    if (body.kind === 'attempt.started') onStarted(peer, body);
    if (body.kind === 'attempt.ended' && forgeSilent.has(body.code ?? '')) {
      broken('4.2-work-on', `an attempt on ${body.task} was given up as the forge did not answer`);
    }
  }

  return {
    onEvent(event) {
      if (event.kind === 'durable') onDurable(event.peer, event.body);
      if (event.kind === 'push' && event.accepted) onPush(event.push);
      if (event.kind === 'write' && event.opened) openedAtMs.set(event.number, nowMs());
    },
  };
}
