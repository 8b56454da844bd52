/** A result that a peer published, and verdicts of others on it. */
import { JournalHead, type Verdict, VerdictStatement, verdictSigningBytes } from '@bzzz/protocol';
import { makeLockCommit } from '../../src/fence/commit.ts';
import type { Signer } from '../../src/index.ts';
import type { Publication, ResultRecord } from '../../src/verdict/certificate.ts';
import { createIdentity } from './identity.ts';
import { baseOid } from './memory-forge.ts';
import { resultOid } from './memory-work.ts';
import { createStand, heldDraft } from './stand.ts';

export const head = JournalHead.parse({
  key: 'a'.repeat(64),
  length: 3,
  fork: 0,
  treeHash: 'b'.repeat(64),
});

export async function publicationOf(
  stand = createStand(),
  verdicts = 1,
  more: Pick<ResultRecord, 'prover'> = {},
): Promise<Publication> {
  const made = { result: resultOid, verdicts, ...more };
  const draft = { ...heldDraft(1), state: 'result' as const, ...made };
  const { oid, commit, record } = await makeLockCommit(stand, draft, null);
  if (record.state !== 'result') throw new Error('not a result');
  return { oid, commit, record };
}

/** Signed by `judge`, whatever it says. */
export async function verdictOf(
  { oid, record }: Publication,
  judge: Signer = createIdentity(2),
  change: Partial<Record<keyof VerdictStatement, unknown>> = {},
): Promise<Verdict> {
  const statement = VerdictStatement.parse({
    task: record.task,
    epoch: record.epoch,
    lock: oid,
    commit: record.result,
    base: baseOid,
    acceptance: 'c'.repeat(64),
    outcome: 'passed',
    reason: '',
    environment: { version: '0.1.0', platform: 'test', sandbox: 'bubblewrap' },
    peer: judge.peer,
    journal: head,
    atMs: 1,
    ...change,
  });
  return { statement, signature: await judge.sign(verdictSigningBytes(statement)) };
}
