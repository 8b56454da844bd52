/**
 * Makes and checks what stands for "other machines found the same" (DESIGN.md 5, invariant 9): a
 * certificate counts only verdicts of distinct peers that had no part in the result, over exactly the commit
 * that the signed lock names, and needs as many as that lock asks for.
 */
import {
  BzzzError,
  type Certificate,
  certificateOf,
  certificateSigningBytes,
  commitOid,
  decodeLockCommit,
  type JournalHead,
  type LockRecord,
  lockSigningBytes,
  lockTask,
  type Oid,
  type PeerId,
  taskParts,
  type Verdict,
  verdictSigningBytes,
} from '@bzzz/protocol';
import type { Signer } from '../ports/index.ts';

export type ResultRecord = Extract<LockRecord, { state: 'result' }>;

/** A published result by the commit on the lock branch that says so. */
export interface Publication {
  readonly oid: Oid;
  readonly commit: Uint8Array;
  readonly record: ResultRecord;
}

export interface CheckedCertificate {
  readonly record: ResultRecord;
  readonly lock: Oid;
  readonly journal: JournalHead;
  readonly passed: readonly Verdict[];
  readonly failed: readonly Verdict[];
  /** As many passed as the publication asks for. */
  readonly quorum: boolean;
}

/** Signs what others found. */
export async function makeCertificate(
  signer: Signer,
  { commit }: Publication,
  journal: JournalHead,
  verdicts: readonly Verdict[],
): Promise<Certificate> {
  const body = { v: 1 as const, lock: commit, journal, verdicts: [...verdicts] };
  return { ...body, signature: await signer.sign(certificateSigningBytes(body)) };
}

/** Everything that a certificate claims, checked. Throws `certificate_invalid`. */
export async function checkCertificate(
  signer: Pick<Signer, 'verify'>,
  text: string,
): Promise<CheckedCertificate> {
  const certificate = certificateOf(text);
  const { record, lock } = await publicationOf(signer, certificate);
  const { signature, ...body } = certificate;
  if (!(await signer.verify(record.peer, certificateSigningBytes(body), signature))) {
    throw invalid('it is not signed by the peer that published the result');
  }
  const judges = new Set<PeerId>();
  for (const verdict of certificate.verdicts) {
    const objection = await objectionTo(signer, verdict, { oid: lock, record });
    if (objection !== undefined) throw invalid(objection);
    const { peer } = verdict.statement;
    if (judges.has(peer)) throw invalid(`${peer} is counted twice`);
    judges.add(peer);
  }
  const passed = certificate.verdicts.filter(hasPassed);
  return {
    record,
    lock,
    journal: certificate.journal,
    passed,
    failed: certificate.verdicts.filter((verdict) => !hasPassed(verdict)),
    quorum: isQuorum(record, passed),
  };
}

export function hasPassed({ statement }: Verdict): boolean {
  return statement.outcome === 'passed';
}

/** Whether so many make the result ready for review. */
export function isQuorum({ verdicts }: ResultRecord, passed: readonly Verdict[]): boolean {
  return passed.length >= verdicts;
}

/** Whoever made the result, ran its acceptance for its author, or speaks for it by now. */
export function isParty({ peer, author, prover }: ResultRecord, judge: PeerId): boolean {
  return judge === peer || judge === author || judge === prover;
}

/** Why a verdict says nothing about this publication; undefined: it does. */
export async function objectionTo(
  signer: Pick<Signer, 'verify'>,
  { statement, signature }: Verdict,
  { oid, record }: Pick<Publication, 'oid' | 'record'>,
): Promise<string | undefined> {
  const { task, epoch, lock, commit, peer } = statement;
  if (isParty(record, peer)) return 'nobody judges his own result';
  if (task !== record.task || epoch !== record.epoch || lock !== oid) {
    return `the verdict of ${peer} is about another publication`;
  }
  if (commit !== record.result) return `the verdict of ${peer} is about another commit`;
  const signed = await signer.verify(peer, verdictSigningBytes(statement), signature);
  return signed ? undefined : `the verdict of ${peer} is not signed by it`;
}

async function publicationOf(signer: Pick<Signer, 'verify'>, certificate: Certificate) {
  const { signature, ...statement } = decode(certificate.lock);
  const { record } = statement;
  if (record.state !== 'result') throw invalid('its lock commit publishes no result');
  const signed = lockSigningBytes(statement);
  if (!(await signer.verify(record.peer, signed, signature))) {
    throw invalid('its lock commit is not signed by the peer that it names');
  }
  return { record, lock: commitOid(certificate.lock) };
}

function decode(lock: Uint8Array) {
  try {
    return decodeLockCommit(taskParts(lockTask(lock)).repo, lock);
  } catch (error) {
    throw new BzzzError('certificate_invalid', 'its lock commit cannot be read', { cause: error });
  }
}

function invalid(reason: string): BzzzError {
  return new BzzzError('certificate_invalid', reason);
}
