/** Commits and pushes for the contract suite of the forge. */
import type { FencePush, Forge } from '@bzzz/coordination';
import {
  Account,
  commitOid,
  Epoch,
  encodeLockCommit,
  type IssueNumber,
  type LockRecord,
  Nonce,
  type Oid,
  PeerId,
  type RepoName,
  Sha256Hex,
  taskId,
} from '@bzzz/protocol';
import { expect } from 'vitest';
import type { ForgeSubject } from './forge-subject.ts';

const peer = PeerId.parse('12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo');

export interface LockWanted {
  readonly repo: RepoName;
  readonly number: IssueNumber;
  readonly expected?: Oid;
  readonly epoch?: number;
  /** Makes it a commit of state `result`. */
  readonly result?: Oid;
}

let nonces = 0;

/** A lock commit that differs from every other one. Its signature is none: nobody here checks it. */
export function lockPush(wanted: LockWanted): FencePush['lock'] {
  nonces += 1;
  const shared = {
    task: taskId(wanted.repo, wanted.number),
    peer,
    account: Account.parse('somebody'),
    former: [],
    epoch: Epoch.parse(wanted.epoch ?? 1),
    attempt: 1,
    leaseMs: 60_000,
    nonce: Nonce.parse(nonces.toString(16).padStart(16, '0')),
    bodySha256: Sha256Hex.parse('0'.repeat(64)),
  };
  const record: LockRecord =
    wanted.result === undefined
      ? { state: 'held', ...shared }
      : { state: 'result', ...shared, result: wanted.result, verdicts: 1 };
  const expected = wanted.expected ?? null;
  const signature = new Uint8Array(64).fill(7);
  const commit = encodeLockCommit({
    record,
    parent: expected,
    timeSeconds: 1_700_000_000,
    signature,
  });
  return { expected, oid: commitOid(commit), commit };
}

export async function resultPush(
  forge: Forge,
  subject: ForgeSubject,
  wanted: { readonly number: IssueNumber; readonly expected: Oid },
): Promise<FencePush & { readonly result: { readonly expected: null; readonly oid: Oid } }> {
  const { number, expected } = wanted;
  const { base } = await forge.readBase(subject.repo);
  const oid = await subject.commitOnBase(base, { 'result.txt': `result of ${number}\n` });
  const lock = lockPush({ repo: subject.repo, number, expected, result: oid });
  return { number, lock, result: { expected: null, oid } };
}

/** Claims and publishes a result; the ids of both tips. */
export async function publish(forge: Forge, subject: ForgeSubject, number: IssueNumber) {
  const held = lockPush({ repo: subject.repo, number });
  expect(await forge.push(subject.repo, { number, lock: held })).toEqual({ kind: 'accepted' });
  const push = await resultPush(forge, subject, { number, expected: held.oid });
  expect(await forge.push(subject.repo, push)).toEqual({ kind: 'accepted' });
  return { lock: push.lock.oid, result: push.result.oid };
}
