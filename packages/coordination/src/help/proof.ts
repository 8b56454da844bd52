/**
 * The word of a helper that it ran the acceptance of just this work and that it passed. It is signed, since it may come
 * through others: who ran it is named to people, and judges nothing of it.
 */
import {
  type Help,
  type HelpProof,
  proofSigningBytes,
  type ProofSubject,
  type Proven,
} from '@bzzz/protocol';
import type { Signer } from '../ports/index.ts';

export async function signProof(
  signer: Pick<Signer, 'sign'>,
  subject: ProofSubject,
  found: Proven,
): Promise<HelpProof> {
  return { ...found, signature: await signer.sign(proofSigningBytes(subject, found)) };
}

/** Why an answer does not say that the acceptance passed; undefined: it does. */
export async function objectionToProof(
  signer: Pick<Signer, 'verify'>,
  subject: ProofSubject,
  { peer, proof }: Help,
): Promise<string | undefined> {
  if (proof === undefined) return 'it did not run the acceptance';
  const { signature, ...found } = proof;
  const isSigned = await signer.verify(peer, proofSigningBytes(subject, found), signature);
  return isSigned ? undefined : 'it did not sign that it ran the acceptance of this work';
}
