/**
 * Branded identifiers. A brand is put on once, where a value crosses a trust boundary; inside, a
 * function that asks for a `TaskId` cannot be handed a title.
 */
import { z } from 'zod';

/** libp2p peer id of an Ed25519 key: base58btc of the identity multihash, `12D3KooW…`. */
export const PeerId = z
  .string()
  .regex(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/, 'not an Ed25519 peer id')
  .brand('PeerId');
export type PeerId = z.infer<typeof PeerId>;

/** `owner/name` as the forge spells it. No part may start with a dot or a dash. */
export const RepoName = z
  .string()
  .max(140)
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/(?!-)(?!\.)[A-Za-z0-9._-]{1,100}$/, 'not owner/name')
  .refine((name) => !name.endsWith('.git') && !name.includes('..'), 'not owner/name')
  .brand('RepoName');
export type RepoName = z.infer<typeof RepoName>;

/** Number of an issue in its repository. */
export const IssueNumber = z.int().min(1).max(2_147_483_647).brand('IssueNumber');
export type IssueNumber = z.infer<typeof IssueNumber>;

/** `owner/name#42`: one issue that bzzz may work on. */
export const TaskId = z
  .string()
  .refine((text) => {
    const [repo, number, ...rest] = text.split('#');
    return (
      rest.length === 0 &&
      RepoName.safeParse(repo).success &&
      /^[1-9][0-9]{0,9}$/.test(number ?? '') &&
      IssueNumber.safeParse(Number(number)).success
    );
  }, 'not owner/name#number')
  .brand('TaskId');
export type TaskId = z.infer<typeof TaskId>;

/** SHA-1 object id of git, 40 lowercase hex digits. */
export const Oid = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'not a git object id')
  .brand('Oid');
export type Oid = z.infer<typeof Oid>;

/** Fencing token: 1 for the first claim of a task, plus 1 for every takeover. */
export const Epoch = z.int().min(1).max(1_000_000_000).brand('Epoch');
export type Epoch = z.infer<typeof Epoch>;

/** 64 random bits, 16 lowercase hex digits: makes the lock commits of two peers differ. */
export const Nonce = z
  .string()
  .regex(/^[0-9a-f]{16}$/, 'not 64 bits of hex')
  .brand('Nonce');
export type Nonce = z.infer<typeof Nonce>;

/** SHA-256 as 64 lowercase hex digits. */
export const Sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'not a SHA-256')
  .brand('Sha256Hex');
export type Sha256Hex = z.infer<typeof Sha256Hex>;

/** Public key of a peer's Hypercore, 64 lowercase hex digits. */
export const JournalKey = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'not a journal key')
  .brand('JournalKey');
export type JournalKey = z.infer<typeof JournalKey>;

/** Login of an account on the forge. */
export const Account = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}(?:\[bot\])?)?$/, 'not a login')
  .brand('Account');
export type Account = z.infer<typeof Account>;

/** Name of a mesh, part of every topic. */
export const MeshName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lowercase letters, digits and dashes, at most 40')
  .brand('MeshName');
export type MeshName = z.infer<typeof MeshName>;

/** Builds the id of a task. */
export function taskId(repo: RepoName, number: IssueNumber): TaskId {
  return TaskId.parse(`${repo}#${number}`);
}

/** The repository and the issue number of a task. */
export function taskParts(task: TaskId): { repo: RepoName; number: IssueNumber } {
  const hash = task.lastIndexOf('#');
  return {
    repo: RepoName.parse(task.slice(0, hash)),
    number: IssueNumber.parse(Number(task.slice(hash + 1))),
  };
}

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** The id of a peer whose identity has this Ed25519 public key, 64 hex digits. */
export function peerIdOfPublicKey(publicKey: string): PeerId {
  // Multihash `identity` of 36 bytes: the key as a protobuf, type Ed25519.
  let rest = BigInt(`0x002408011220${publicKey}`);
  let text = '';
  for (; rest > 0n; rest /= 58n) text = `${base58[Number(rest % 58n)]}${text}`;
  return PeerId.parse(`1${text}`);
}
