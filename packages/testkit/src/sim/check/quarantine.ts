/** A task is left to a person after three attempts that failed, anywhere: not after less, nor more. */
import { taskParts } from '@bzzz/protocol';
import type { Chains } from './chains.ts';
import { lockOf } from './lock-in.ts';
import type { Check, CheckContext } from './violation.ts';

const failuresMax = 3;
/** Whoever takes the task goes away, again and again. */
const claimsMax = 12;

export function checkQuarantine({ broken, repo }: CheckContext, chains: Chains): Check {
  /** Claims for which help was asked in vain, or until no more may be asked. */
  const stuck = new Set<string>();
  return {
    onEvent(event) {
      if (event.kind === 'durable' && event.body.kind === 'help.ended') {
        stuck.add(`${event.peer} ${taskParts(event.body.task).number} ${event.body.epoch}`);
      }
      if (event.kind !== 'push' || !event.accepted) return;
      const { number, lock } = event.push;
      const { record: before, tip, touched } = chains.get(number);
      if (tip === lock.oid || before === undefined || touched !== null) return;
      const { record } = lockOf(repo, lock.commit);
      const [had = 0, has = 0] = [before.failures, record.failures];
      const hasEnded = before.state === 'failed' || before.state === 'result';
      const isRetried = hasEnded && record.state === 'held';
      const isDone = before.state === 'held' && record.state === 'result';
      if (has < had && !isRetried && !isDone)
        broken('4.2-three-failures', `#${number} forgot a failure`);
      if (has >= failuresMax && record.state !== 'result')
        broken('4.2-three-failures', `#${number} was tried after ${has}`);
      const isStuck = stuck.has(`${record.peer} ${number} ${record.epoch}`);
      const isLast = isStuck || had + 1 >= failuresMax || before.attempt > claimsMax;
      if (record.state === 'failed' && before.state === 'held' && !isLast) {
        broken('4.2-three-failures', `#${number} was given up after ${had} failures`);
      }
    },
  };
}
