/** What becomes of an attempt whose result may not be published: who reads of it is told why, and what to do. */
import { expect, it } from 'vitest';
import { runAttempt } from '../../src/task/attempt.ts';
import { job } from '../support/attempt-job.ts';
import { alone, createMemoryWork } from '../support/memory-work.ts';
import { calm, createStand } from '../support/stand.ts';

it('a result that touches what the policy does not allow', async () => {
  const stand = createStand();
  const work = createMemoryWork(stand.clock);
  work.script.changes = 'lib/a.ts';
  const policy = { ...job.policy, allowed: ['src/**'] };
  const outcome = await stand.clock.drive(
    runAttempt({ ...stand, ...work, asking: alone }, { ...job, policy }, calm),
  );
  const reason = expect.stringMatching(
    /refused: it touches lib\/a\.ts, and may touch only src\/\*\*\nresult_not_allowed: /,
  );
  expect(outcome).toMatchObject({ kind: 'failed', reason });
  const ended = { outcome: 'failed', code: 'result_not_allowed', reason };
  expect(stand.journal.of('attempt.ended')).toMatchObject([ended]);
});
