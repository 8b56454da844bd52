/** An attempt goes on from what an earlier one of the same words pushed, and from nothing else. */
import { type EntryBody, type PeerId, taskParts } from '@bzzz/protocol';
import type { Chains } from './chains.ts';
import type { Check, CheckContext } from './violation.ts';

export function checkGoOn({ broken }: CheckContext, chains: Chains): Check {
  const edited = new Set<number>();

  function onStarted(peer: PeerId, body: Extract<EntryBody, { kind: 'attempt.started' }>): void {
    const { number } = taskParts(body.task);
    const { record, touched, resultTouched } = chains.get(number);
    if (record?.state !== 'held' || touched !== null || resultTouched) return;
    if (record.peer !== peer || record.epoch !== body.epoch) return;
    if (record.rework !== undefined) return;
    if (record.work === undefined && body.from !== undefined) {
      broken('4.3-go-on', `an attempt on #${number} went on from what was not to be gone on from`);
    }
    if (record.work !== undefined && body.from === undefined && !edited.has(number)) {
      broken('4.3-go-on', `an attempt on #${number} began anew over unfinished work`);
    }
  }

  return {
    onEvent(event) {
      if (event.kind === 'people' && event.act === 'edit') edited.add(event.number);
      if (event.kind !== 'durable' || event.body.kind !== 'attempt.started') return;
      onStarted(event.peer, event.body);
    },
  };
}
