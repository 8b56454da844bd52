/**
 * The little of git's object format that a claim needs: a commit over the empty tree, and its id.
 * A peer can so name, journal and recognise a lock commit before git has seen it.
 */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8 } from './bytes.ts';
import { Oid } from './ids.ts';

/** The tree without entries; git knows it without being told. */
export const EMPTY_TREE = Oid.parse('4b825dc642cb6eb9a060e54bf8d69288fbee4904');

export interface CommitParts {
  readonly tree: Oid;
  readonly parent: Oid | null;
  readonly author: { readonly name: string; readonly email: string };
  /** Whole seconds since 1970. */
  readonly timeSeconds: number;
  readonly message: string;
}

/** The content of a commit object, without git's header. */
export function commitBytes(parts: CommitParts): Uint8Array {
  const who = `${parts.author.name} <${parts.author.email}> ${parts.timeSeconds} +0000`;
  const lines = [`tree ${parts.tree}`];
  if (parts.parent !== null) lines.push(`parent ${parts.parent}`);
  lines.push(`author ${who}`, `committer ${who}`, '', parts.message);
  return utf8(lines.join('\n'));
}

/** The id that git gives to a commit with this content. */
export function commitOid(bytes: Uint8Array): Oid {
  const header = utf8(`commit ${bytes.byteLength}\0`);
  return Oid.parse(bytesToHex(sha1.create().update(header).update(bytes).digest()));
}
