/** Makes and checks the signed commits of a lock branch (DESIGN.md 4.2). */
import {
  type Account,
  bytesToHex,
  commitOid,
  decodeLockCommit,
  encodeLockCommit,
  isBzzzError,
  type LockRecord,
  lockSigningBytes,
  Nonce,
  type Oid,
  type RepoName,
} from '@bzzz/protocol';
import type { Clock, Random, Signer } from '../ports/index.ts';

export interface LockCommit {
  readonly oid: Oid;
  readonly commit: Uint8Array;
  readonly record: LockRecord;
}

/** What a caller decides about a record; peer and nonce are added here. */
export type RecordDraft = DistributiveOmit<LockRecord, 'peer' | 'nonce'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export interface CommitDeps {
  readonly signer: Signer;
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly random: Pick<Random, 'bytes'>;
}

/** A new commit over `parent`. Its nonce makes it unlike any other peer's for the same claim. */
export async function makeLockCommit(
  deps: CommitDeps,
  draft: RecordDraft,
  parent: Oid | null,
): Promise<LockCommit> {
  const nonce = Nonce.parse(bytesToHex(deps.random.bytes(8)));
  const record: LockRecord = { ...draft, peer: deps.signer.peer, nonce };
  const timeSeconds = Math.floor(deps.clock.wallMs() / 1000);
  const statement = { record, parent, timeSeconds };
  const signature = await deps.signer.sign(lockSigningBytes(statement));
  const commit = encodeLockCommit({ ...statement, signature });
  return { oid: commitOid(commit), commit, record };
}

/** That the result branch carries unfinished work, as fields of a record. */
export function unfinishedOf({ work, discarded }: Exclude<LockRecord, { state: 'result' }>): {
  work?: Oid;
  discarded?: Oid;
} {
  if (work !== undefined) return { work };
  return discarded === undefined ? {} : { discarded };
}

type Held = Extract<LockRecord, { state: 'held' }>;
type Result = Extract<LockRecord, { state: 'result' }>;
type Answered = Pick<Held, 'reworks' | 'answers' | 'heardMs' | 'heardCount'>;
type ReworkFields = Pick<Held, 'rework' | 'author' | 'prover' | 'verdicts'> & Answered;

/** What people said that a result answers: until when, and how much of what was said at that time. */
export interface Heard {
  readonly heardMs: number;
  readonly heardCount: number;
}

/** The same as fields of a record. */
export function heardOf({ heardMs, heardCount }: Heard): Pick<Answered, 'heardMs' | 'heardCount'> {
  return heardCount === 0 ? { heardMs } : { heardMs, heardCount };
}

/** What a claim says of the result that it reworks, as fields of a record; none: it reworks none. */
export function reworkOf(record: LockRecord): ReworkFields {
  if (record.state !== 'held' || record.rework === undefined) return {};
  const { rework, author, verdicts } = record;
  return {
    rework,
    ...(author === undefined ? {} : { author }),
    ...proverOf(record),
    ...(verdicts === undefined ? {} : { verdicts }),
    ...answeredOf(record),
  };
}

/** The same for the claim of a result that is to be reworked. */
export function reworkOver(record: Result): ReworkFields {
  const { result: rework, author = record.peer, verdicts } = record;
  return { rework, author, ...proverOf(record), verdicts, ...answeredOf(record) };
}

/** The result again that a claim was to rework, as fields of a record; undefined: it reworks none. */
export function reworkedFrom(record: LockRecord) {
  const { rework: result, author, verdicts = 0, ...rest } = reworkOf(record);
  if (result === undefined) return undefined;
  const made = author === undefined ? {} : { author };
  return { state: 'result' as const, result, ...made, verdicts, ...rest };
}

/** Who ran the acceptance for the author of a result, as a field of a record. */
export function proverOf({ prover }: Pick<Result, 'prover'>): Pick<Result, 'prover'> {
  return prover === undefined ? {} : { prover };
}

/** How far a result answers what people said of it, as fields of a record. */
export function answeredOf({ reworks, answers, heardMs, heardCount = 0 }: Answered): Answered {
  return {
    ...(reworks === undefined ? {} : { reworks }),
    ...(answers === undefined ? {} : { answers }),
    ...(heardMs === undefined ? {} : heardOf({ heardMs, heardCount })),
  };
}

/** How many attempts failed so far, as a field of a record. */
export function failuresOf({ failures }: Pick<LockRecord, 'failures'>): { failures?: number } {
  return failures === undefined ? {} : { failures };
}

/** Every account whose assignment this fence explains. */
export function accountsOf(record: LockRecord): readonly Account[] {
  return [record.account, ...record.former];
}

/**
 * Reads a commit found on a lock branch. Null when bzzz did not write it: not in our form, an
 * object id that does not fit, or a signature that is not the named peer's. A person did.
 */
export async function readLockCommit(
  signer: Signer,
  repo: RepoName,
  found: { oid: Oid; commit: Uint8Array },
): Promise<LockRecord | null> {
  if (commitOid(found.commit) !== found.oid) return null;
  try {
    const { signature, ...statement } = decodeLockCommit(repo, found.commit);
    const { record } = statement;
    const signed = lockSigningBytes(statement);
    return (await signer.verify(record.peer, signed, signature)) ? record : null;
  } catch (error) {
    if (isBzzzError(error, 'lock_malformed')) return null;
    throw error;
  }
}
