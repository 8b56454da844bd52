/**
 * An issue as the forge tells it, and the two things that are made of it: the hash that binds a
 * claim to what was read, and a text without what shows nothing.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { z } from 'zod';
import { bytesToHex, utf8 } from './bytes.ts';
import { Account, IssueNumber, Sha256Hex } from './ids.ts';
import { limits } from './limits.ts';

/** GitHub's word for what the author of an issue is to its repository. */
export const Association = z.enum([
  'OWNER',
  'MEMBER',
  'COLLABORATOR',
  'CONTRIBUTOR',
  'FIRST_TIMER',
  'FIRST_TIME_CONTRIBUTOR',
  'MANNEQUIN',
  'NONE',
]);
export type Association = z.infer<typeof Association>;

export const Issue = z.object({
  number: IssueNumber,
  title: z.string(),
  body: z.string().max(limits.bodyCharsMax),
  state: z.enum(['open', 'closed']),
  labels: z.array(z.string()),
  assignees: z.array(Account),
  author: Account,
  association: Association,
  updatedAtMs: z.int().min(0),
  /** How many comments it has, bzzz's own among them. */
  comments: z.int().min(0).default(0),
  /** Open issues by which the forge itself shows this one as blocked; which, it does not say. */
  blockedByOpen: z.int().min(0).default(0),
});
export type Issue = z.infer<typeof Issue>;

/** SHA-256 over title and body; the title's length is part of it, so text cannot move across. */
export function issueHash(issue: Pick<Issue, 'title' | 'body'>): Sha256Hex {
  const title = utf8(issue.title);
  const hash = sha256.create();
  hash
    .update(utf8(`bzzz/issue/1\n${title.byteLength}\n`))
    .update(title)
    .update(utf8(issue.body));
  return Sha256Hex.parse(bytesToHex(hash.digest()));
}

/**
 * Without what shows nothing wherever it stands: zero-width, bidirectional, tag and control characters, and others such as
 * selectors of variants. What markdown hides besides, `plainText` leaves out.
 */
export function visibleText(text: string): string {
  return text.replaceAll(/[\p{Cf}\p{DI}\u2800]/gu, '').replaceAll(/[^\P{Cc}\n\t]/gu, '');
}
