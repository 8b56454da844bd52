/** An attempt at a task with a recipe, as tests begin it. */
import { LockRecord, parsePolicy } from '@bzzz/protocol';
import { type AttemptJob, runAttempt } from '../../src/task/attempt.ts';
import type { Plan } from '../../src/task/plan.ts';
import { peerOf } from './identity.ts';
import { baseOid } from './memory-forge.ts';
import { alone, createMemoryWork } from './memory-work.ts';
import { bodySha256, calm, createStand, heldDraft } from './stand.ts';

const record = LockRecord.parse({ ...heldDraft(2), peer: peerOf(1), nonce: '0'.repeat(16) });
export const plan: Plan = {
  kind: 'format',
  job: { kind: 'recipe', commands: [['fmt', '.']] },
  accept: [['check']],
  needs: { executors: ['recipe'], tools: [], models: [] },
  bodySha256,
  after: [],
  blockedByOpen: 0,
};
export const job: AttemptJob = {
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

/** Nobody can be asked for help. */
export function attemptOf() {
  const stand = createStand();
  const work = createMemoryWork(stand.clock);
  const run = (signal = calm, of = job) =>
    stand.clock.drive(runAttempt({ ...stand, ...work, asking: alone }, of, signal));
  return { stand, work, run };
}
