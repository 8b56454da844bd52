/** An attempt goes on from what an earlier one of the same words pushed, and from nothing else. */
import { type EntryBody, type Oid, type PeerId, type Sha256Hex, taskParts } from '@bzzz/protocol';
import type { FencePush } from '@bzzz/coordination';
import type { Chains } from './chains.ts';
import type { Check, CheckContext } from './violation.ts';
import { lockOf } from './lock-in.ts';
import { trackWorkHeard } from './work-heard.ts';

export function checkGoOn({ broken, repo }: CheckContext, chains: Chains): Check {
  const heard = trackWorkHeard(repo);
  /** In which words what was pushed was made. */
  const words = new Map<Oid, Sha256Hex>();

  function onPush({ lock, result }: FencePush): void {
    const { record } = lockOf(repo, lock.commit);
    if (result !== undefined) words.set(result.oid, record.bodySha256);
  }

  function onStarted(peer: PeerId, body: Extract<EntryBody, { kind: 'attempt.started' }>): void {
    const { number } = taskParts(body.task);
    const { record, touched, resultTouched } = chains.get(number);
    if (record?.state !== 'held' || touched !== null || resultTouched) return;
    if (record.peer !== peer || record.epoch !== body.epoch) return;
    if (record.rework !== undefined) return;
    const isOfOthers = body.from !== undefined && words.get(body.from) !== record.bodySha256;
    if (isOfOthers || (record.work === undefined && body.from !== undefined)) {
      broken('4.3-go-on', `an attempt on #${number} went on from what was not to be gone on from`);
    }
    if (record.work === undefined || body.from !== undefined) return;
    if (heard.knows(peer, number, record.work)) {
      broken('4.3-go-on', `an attempt on #${number} began anew over unfinished work`);
    }
  }

  return {
    onEvent(event) {
      heard.take(event);
      if (event.kind === 'push' && event.accepted) onPush(event.push);
      if (event.kind !== 'durable' || event.body.kind !== 'attempt.started') return;
      onStarted(event.peer, event.body);
    },
  };
}
