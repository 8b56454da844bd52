import { entryKinds } from '../src/index.ts';
import { HistoryQuery } from '../src/api/index.ts';
import { expect, it } from 'vitest';

it('takes kinds by commas', () => {
  expect(HistoryQuery.parse({ kind: 'task.ended, attempt.ended' }).kind).toEqual([
    'task.ended',
    'attempt.ended',
  ]);
});

it('tells the kinds that there are once, however many are none', () => {
  const { error } = HistoryQuery.safeParse({ kind: 'tsk.seen,task.ended,nonsense' });
  expect(error?.issues.map(({ message }) => message)).toEqual([
    `no kind is called tsk.seen, nonsense; there are ${entryKinds.join(', ')}`,
  ]);
});
