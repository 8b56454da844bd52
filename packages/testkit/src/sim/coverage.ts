/** What happened in a run, so that a blind simulator can be told. */
import { decodeLockCommit, type IssueNumber } from '@bzzz/protocol';
import type { Happening } from './faults.ts';
import { type History, type HistoryEvent, type PeopleAct } from './history.ts';
import { virtualRepo } from './world.ts';

export type Sight =
  | Happening
  | `people ${PeopleAct}`
  | 'takeover'
  | 'publication'
  | 'rejected push'
  | 'claim in doubt'
  | 'refused claim'
  | 'told to wait'
  | 'failed attempt'
  | 'given up'
  | 'death'
  | 'fenced'
  | 'carried result'
  | 'tidied'
  | 'checkpoint'
  | 'went on';

export interface Coverage {
  count(sight: Sight): void;
  totals(): ReadonlyMap<Sight, number>;
}

export function watchCoverage(history: History): Coverage {
  const totals = new Map<Sight, number>();
  const epochs = new Map<IssueNumber, number>();
  const count = (sight: Sight) => totals.set(sight, (totals.get(sight) ?? 0) + 1);

  function onPush({ push, accepted }: Extract<HistoryEvent, { kind: 'push' }>): void {
    if (!accepted) return void count('rejected push');
    const { number, lock, result } = push;
    const { epoch, state } = decodeLockCommit(virtualRepo, lock.commit).record;
    if (result !== undefined) count(state === 'result' ? 'publication' : 'checkpoint');
    const raised = epoch > (epochs.get(number) ?? epoch);
    if (raised) count('takeover');
    if (raised && state === 'result') count('carried result');
    epochs.set(number, epoch);
  }

  function onDurable({ body }: Extract<HistoryEvent, { kind: 'durable' }>): void {
    if (body.kind === 'fence.settled' && body.outcome === 'unknown') count('claim in doubt');
    if (body.kind === 'fence.settled' && body.outcome === 'refused') count('refused claim');
    if (body.kind === 'attempt.ended' && body.outcome === 'failed') count('failed attempt');
    if (body.kind === 'task.ended' && body.state === 'failed') count('given up');
    if (body.kind === 'task.ended' && body.reason.startsWith('fenced')) count('fenced');
    if (body.kind === 'attempt.started' && body.from !== undefined) count('went on');
    if (body.kind === 'member.dead') count('death');
  }

  history.onEvent((event) => {
    if (event.kind === 'push') onPush(event);
    if (event.kind === 'durable') onDurable(event);
    if (event.kind === 'tidied' && event.accepted) count('tidied');
    if (event.kind === 'told-to-wait') count('told to wait');
    if (event.kind === 'people') count(`people ${event.act}`);
  });
  return { count, totals: () => totals };
}
