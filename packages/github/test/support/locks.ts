import type { FencePush } from '@bzzz/coordination';
import {
  Account,
  commitOid,
  Epoch,
  encodeLockCommit,
  IssueNumber,
  Nonce,
  type Oid,
  PeerId,
  RepoName,
  Sha256Hex,
  taskId,
} from '@bzzz/protocol';

export const repo = RepoName.parse('owner/sample');
export const number = IssueNumber.parse(42);
export const lockBranch = `refs/heads/bzzz/lock/${number}`;
export const resultBranch = `refs/heads/bzzz/issue-${number}`;

let nonces = 0;

/** A claim on top of `expected` that differs from every other one. */
export function lockOn(expected: Oid | null): FencePush['lock'] {
  nonces += 1;
  const commit = encodeLockCommit({
    record: {
      state: 'held',
      task: taskId(repo, number),
      peer: PeerId.parse('12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'),
      account: Account.parse('somebody'),
      former: [],
      epoch: Epoch.parse(1),
      attempt: 1,
      leaseMs: 60_000,
      nonce: Nonce.parse(nonces.toString(16).padStart(16, '0')),
      bodySha256: Sha256Hex.parse('0'.repeat(64)),
    },
    parent: expected,
    timeSeconds: 1_700_000_000,
    signature: new Uint8Array(64).fill(7),
  });
  return { expected, oid: commitOid(commit), commit };
}
