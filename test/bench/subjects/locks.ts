import {
  Account,
  bytesToHex,
  commitOid,
  Epoch,
  encodeLockCommit,
  IssueNumber,
  Nonce,
  type Oid,
  PeerId,
  type RepoName,
  Sha256Hex,
  taskId,
} from '@bzzz/protocol';
import { seededBytes } from '../content.ts';

export interface Lock {
  readonly number: IssueNumber;
  readonly oid: Oid;
  readonly commit: Uint8Array;
}

/** A claim like a peer's; its signature is none, which the forge does not look at. */
export function lockOf(seed: string, repo: RepoName, index: number, claimant = 0): Lock {
  const number = IssueNumber.parse(index + 1);
  const commit = encodeLockCommit({
    record: {
      state: 'held',
      task: taskId(repo, number),
      peer: PeerId.parse('12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'),
      account: Account.parse('bench'),
      former: [],
      epoch: Epoch.parse(1),
      attempt: 1,
      leaseMs: 60_000,
      nonce: Nonce.parse(bytesToHex(seededBytes(8, seed, 'nonce', index, claimant))),
      bodySha256: Sha256Hex.parse(bytesToHex(seededBytes(32, seed, 'body', index))),
    },
    parent: null,
    timeSeconds: 1_700_000_000,
    signature: seededBytes(64, seed, 'signature', index),
  });
  return { number, oid: commitOid(commit), commit };
}
