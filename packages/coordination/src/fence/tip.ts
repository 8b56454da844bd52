/** What stands on a task's two branches, as far as one read can tell. */
import { explainedResult, type LockRecord, type Oid, type RepoName } from '@bzzz/protocol';
import type { FenceRead, Signer } from '../ports/index.ts';
import { type LockCommit, readLockCommit } from './commit.ts';

export type Tip =
  | { readonly kind: 'absent' }
  /** Written by a person, or not signed by the peer that it names. */
  | { readonly kind: 'foreign'; readonly oid: Oid }
  | ({ readonly kind: 'record' } & LockCommit);

export interface TipReading {
  readonly tip: Tip;
  readonly result: Oid | null;
}

export async function readTip(
  signer: Signer,
  repo: RepoName,
  read: FenceRead,
): Promise<TipReading> {
  if (read.lock === null) return { tip: { kind: 'absent' }, result: read.result };
  const { oid, commit } = read.lock;
  const record = await readLockCommit(signer, repo, read.lock);
  const tip: Tip =
    record === null ? { kind: 'foreign', oid } : { kind: 'record', oid, commit, record };
  return { tip, result: read.result };
}

/** Whether a lock accounts for the result branch as it stands: else a person made or moved it. */
export function isExplained(record: LockRecord, result: Oid | null): boolean {
  return result === null || result === explainedResult(record);
}

/** The object id that a push must expect in order to stand on this tip. */
export function tipOid(tip: Tip): Oid | null {
  return tip.kind === 'absent' ? null : tip.oid;
}
