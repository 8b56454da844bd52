/**
 * What a peer signs of its own journal, and what proves that it has told two stories: two statements that
 * cannot both be true, each signed, so that anybody can check them without any journal at hand.
 * This file is about the bytes; what contradicts what is decided in `coordination`.
 */
import { z } from 'zod';
import { signingBytesOf } from './bytes.ts';
import { createCodec } from './cbor.ts';
import { PeerId, Sha256Hex } from './ids.ts';
import { SignatureHex, TreeWitness } from './journal-tree.ts';
import { limits } from './limits.ts';
import { JournalHead } from './verdict.ts';

/** Where a peer's own journal stands, as it says so. */
export const ToldHead = JournalHead.extend({
  /** Over the hashes of the roots alone, see `rootsHashOf`: a tree that somebody hands on is compared by these. */
  rootsHash: Sha256Hex,
});
export type ToldHead = z.infer<typeof ToldHead>;

const HeadStatement = z.object({
  /** Whose journal it is, and whose identity signed this: so the key is bound to the peer. */
  peer: PeerId,
  head: ToldHead,
});

/** "My journal, with this key, stood so." Signed by the peer's identity. */
export const SignedHead = z.object({ ...HeadStatement.shape, signature: SignatureHex });
export type SignedHead = z.infer<typeof SignedHead>;

const statementCodec = createCodec({
  name: 'head',
  schema: HeadStatement,
  bytesMax: limits.gossipMessageBytesMax,
});

/** The bytes that a peer signs. */
export function headSigningBytes({ peer, head }: z.infer<typeof HeadStatement>): Uint8Array {
  return signingBytesOf('bzzz/head/1', statementCodec.encode({ peer, head }));
}

/** Two statements about one journal that cannot both be true. */
export const ForkEvidence = z.discriminatedUnion('kind', [
  /** Both by the peer's identity. */
  z.object({ kind: z.literal('heads'), first: SignedHead, second: SignedHead }),
  /** One by the peer's identity, the other by the journal's key, as it came with the blocks. */
  z.object({ kind: z.literal('tree'), head: SignedHead, tree: TreeWitness }),
]);
export type ForkEvidence = z.infer<typeof ForkEvidence>;

/** Topic `heads`. */
export const HeadsMessage = z.discriminatedUnion('kind', [
  /** The sender's own: where its journal stood after the first block of this run, and where it stands. */
  z.object({ kind: z.literal('heads'), heads: z.array(SignedHead).min(1).max(4) }),
  /** Nobody is believed: whoever hears it checks it. */
  z.object({ kind: z.literal('fork'), evidence: ForkEvidence }),
]);
export type HeadsMessage = z.infer<typeof HeadsMessage>;
