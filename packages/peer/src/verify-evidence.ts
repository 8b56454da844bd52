import type { Contradiction } from '@bzzz/coordination';
import type { ForkEvidence } from '@bzzz/protocol';

/** What evidence of a forked journal proves by itself, offline; undefined: nothing. */
export async function verifyEvidence(evidence: ForkEvidence): Promise<Contradiction | undefined> {
  const [{ provenBy }, { verifySignature }] = await Promise.all([
    import('@bzzz/coordination'),
    import('@bzzz/mesh'),
  ]);
  return provenBy({ verify: verifySignature }, evidence);
}
