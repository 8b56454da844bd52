/** What becomes of an attempt whose result may not be published: who reads of it is told why, and what to do. */
import { LockRecord, parsePolicy } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { type AttemptJob, runAttempt } from '../../src/task/attempt.ts';
import type { Plan } from '../../src/task/plan.ts';
import { peerOf } from '../support/identity.ts';
import { baseOid } from '../support/memory-forge.ts';
import { alone, createMemoryWork } from '../support/memory-work.ts';
import { bodySha256, calm, createStand, heldDraft } from '../support/stand.ts';

const record = LockRecord.parse({ ...heldDraft(2), peer: peerOf(1), nonce: '0'.repeat(16) });
const plan: Plan = {
  kind: 'format',
  job: { kind: 'recipe', commands: [['fmt', '.']] },
  accept: [['check']],
  needs: { executors: ['recipe'], tools: [], models: [] },
  bodySha256,
  after: [],
  blockedByOpen: 0,
};
const job: AttemptJob = {
  record,
  plan,
  policy: parsePolicy('version: 1\nlimits: {attemptMs: 30000}'),
  base: { branch: 'main', oid: baseOid, mirror: 'in memory' },
  issue: { labels: ['bzzz'] },
  from: null,
  message: 'Format the code (#7)',
  onAsking: () => undefined,
  checkpoint: () => Promise.reject(new Error('the policy asks for none')),
};

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
