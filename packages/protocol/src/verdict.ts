/**
 * What another peer found when it ran the acceptance of a published result itself, signed; and the
 * certificate that the result's publisher makes of such verdicts, which anybody can check offline.
 * This file builds and reads the bytes; making and checking signatures is the business of `coordination`.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { z } from 'zod';
import { bytesToHex, byteString, fromBase64, signingBytesOf, toBase64, utf8 } from './bytes.ts';
import { createCodec } from './cbor.ts';
import { BzzzError } from './errors.ts';
import { Epoch, JournalKey, Oid, PeerId, Sha256Hex, TaskId } from './ids.ts';
import { limits } from './limits.ts';
import type { NewTests } from './new-tests.ts';
import type { Setup } from './policy.ts';

/** Where a peer's journal stood: whoever holds a replica sees what went before, and that it is the same. */
export const JournalHead = z.object({
  key: JournalKey,
  /** In blocks, as Hypercore counts. */
  length: z.int().min(0),
  fork: z.int().min(0),
  /** Root of the Merkle tree over all blocks. */
  treeHash: Sha256Hex,
});
export type JournalHead = z.infer<typeof JournalHead>;

/** What a verdict was found on, in words that tell machines apart and no more. */
export const Environment = z.object({
  version: z.string().min(1).max(140),
  platform: z.string().max(40),
  sandbox: z.enum(['bubblewrap', 'none']),
});
export type Environment = z.infer<typeof Environment>;

export const VerdictStatement = z.object({
  task: TaskId,
  epoch: Epoch,
  /** The lock commit that published the result. */
  lock: Oid,
  /** The result itself. */
  commit: Oid,
  /** The commit of the base branch whose judge files were used. */
  base: Oid,
  /** What was run, see `acceptanceHash`. */
  acceptance: Sha256Hex,
  outcome: z.enum(['passed', 'failed']),
  /** Of `failed`: which command, and how it ended; of `passed`: what its new tests prove, if it has any. */
  reason: z.string().max(limits.reasonCharsMax),
  environment: Environment,
  peer: PeerId,
  /** The judge's own journal when it began. */
  journal: JournalHead,
  /** By the judge's clock; for people only, nothing is decided by it. */
  atMs: z.int().min(0),
});
export type VerdictStatement = z.infer<typeof VerdictStatement>;

const Signature = byteString(64);

export const Verdict = z.object({ statement: VerdictStatement, signature: Signature });
export type Verdict = z.infer<typeof Verdict>;

const body = {
  v: z.literal(1),
  /** Content of the lock commit that published the result: it fixes commit, epoch and threshold. */
  lock: byteString(limits.lockCommitBytesMax),
  /** The publisher's journal, in which the story of the task stands, as far as it had gone. */
  journal: JournalHead,
  /** Those that disagree among them. */
  verdicts: z.array(Verdict).max(limits.verdictsMax),
};
export const CertificateBody = z.object(body);
export type CertificateBody = z.infer<typeof CertificateBody>;
export const Certificate = z.object({ ...body, signature: Signature });
export type Certificate = z.infer<typeof Certificate>;

const statementCodec = createCodec({
  name: 'verdict',
  schema: VerdictStatement,
  bytesMax: limits.verdictBytesMax,
});
const bodyCodec = createCodec({
  name: 'certificate',
  schema: CertificateBody,
  bytesMax: limits.certificateBytesMax,
});
const certificateCodec = createCodec({
  name: 'certificate',
  schema: Certificate,
  bytesMax: limits.certificateBytesMax,
});

/** The bytes that a judge signs. */
export function verdictSigningBytes(statement: VerdictStatement): Uint8Array {
  return signingBytesOf('bzzz/verdict/1', statementCodec.encode(statement));
}

/** The bytes that a publisher signs. */
export function certificateSigningBytes(certificate: CertificateBody): Uint8Array {
  return signingBytesOf('bzzz/certificate/1', bodyCodec.encode(certificate));
}

/**
 * SHA-256 over the commands, the globs of the files that judge, what is made beforehand, without which the commands may
 * mean something else, and how new tests were tried, if there were any; the count of each is part of it. Without the
 * latter two it is as it was before there were any.
 */
export function acceptanceHash(
  commands: readonly (readonly string[])[],
  judge: readonly string[],
  setup?: Setup,
  newTests?: Pick<NewTests, 'files' | 'run'>,
): Sha256Hex {
  const made =
    setup === undefined ? [] : [[setup.run, setup.inputs, setup.provides, setup.network]];
  const tried = newTests === undefined ? [] : [['new-tests', newTests.files, newTests.run ?? null]];
  const text = JSON.stringify(['bzzz/acceptance/1', commands, judge, ...made, ...tried]);
  return Sha256Hex.parse(bytesToHex(sha256(utf8(text))));
}

const beginning = '-----BEGIN BZZZ CERTIFICATE-----';
const ending = '-----END BZZZ CERTIFICATE-----';
const columns = 76;

/** A certificate as text, for a file or a pull request. */
export function certificateText(certificate: Certificate): string {
  const text = toBase64(certificateCodec.encode(certificate));
  const lines = text.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
  return `${[beginning, ...lines, ending].join('\n')}\n`;
}

/**
 * The one certificate in a text. Only what `certificateText` would write byte for byte is accepted, so
 * that nothing in it can be changed unseen. Throws `certificate_invalid`.
 */
export function certificateOf(text: string): Certificate {
  // GitHub ends the lines of what it is sent in its own way.
  const lines = text.replaceAll('\r\n', '\n');
  const from = lines.indexOf(beginning);
  const to = lines.indexOf(ending, from);
  if (from < 0 || to < 0) throw invalid('there is none in this text');
  if (lines.indexOf(beginning, from + 1) >= 0) throw invalid('there are two in this text');
  const armour = lines.slice(from, to + ending.length);
  const encoded = armour.slice(beginning.length, -ending.length).replaceAll('\n', '');
  const certificate = decoded(encoded);
  if (certificateText(certificate) !== `${armour}\n`) throw invalid('it is not in canonical form');
  return certificate;
}

function decoded(encoded: string): Certificate {
  try {
    return certificateCodec.decode(fromBase64(encoded));
  } catch (error) {
    throw new BzzzError('certificate_invalid', 'it cannot be decoded', { cause: error });
  }
}

function invalid(reason: string): BzzzError {
  return new BzzzError('certificate_invalid', reason);
}

/** Stream `verify`: asked again and again until there is a verdict or a no, so nothing is lost by a lost reply. */
export const VerifyRequest = z.object({ task: TaskId, lock: Oid, commit: Oid });
export type VerifyRequest = z.infer<typeof VerifyRequest>;

export const VerifyResponse = z.discriminatedUnion('kind', [
  /** It waits for its turn or is at it: ask again. */
  z.object({ kind: z.literal('working') }),
  z.object({ kind: z.literal('declined'), reason: z.string().max(limits.reasonCharsMax) }),
  z.object({ kind: z.literal('verdict'), verdict: Verdict }),
]);
export type VerifyResponse = z.infer<typeof VerifyResponse>;
