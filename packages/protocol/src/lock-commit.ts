/**
 * A commit on the branch `bzzz/lock/<n>`: who holds the task, and since which epoch (DESIGN.md 4.2).
 *
 * The record travels as git trailers, so that `git log bzzz/lock/42` reads as a history, and is
 * signed by the peer over repository, ref, parent, tree and trailers. This file builds and reads
 * the bytes; making and checking signatures is the business of `coordination`.
 */
import { z } from 'zod';
import { fromBase64, fromUtf8, toBase64, utf8 } from './bytes.ts';
import { complaints } from './cbor.ts';
import { BzzzError } from './errors.ts';
import { type CommitParts, commitBytes, EMPTY_TREE } from './git-object.ts';
import {
  Account,
  Epoch,
  IssueNumber,
  Nonce,
  Oid,
  PeerId,
  type RepoName,
  Sha256Hex,
  TaskId,
  taskParts,
} from './ids.ts';
import { limits } from './limits.ts';

/** A value of a trailer that is text. */
const TrailerText = z
  .string()
  .min(1)
  .max(limits.reasonCharsMax)
  // U+2028 and U+2029 end a line for some readers; half a surrogate pair has no bytes of its own.
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u, 'one line without control characters')
  .refine((text) => text.trim() === text, 'no space at either end');

const shared = {
  task: TaskId,
  peer: PeerId,
  account: Account,
  /** Accounts of earlier holders, whose assignment may still be shown: bzzz's own, not a person's. */
  former: z.array(Account).max(9).default([]),
  epoch: Epoch,
  /** Counts claims of the task, since people asked for it last. */
  attempt: z.int().min(1).max(10_000),
  /** Of these, how many ended with an attempt that failed; absent: none. */
  failures: z.int().min(1).max(10_000).optional(),
  /** How long the claim stands without a further commit. */
  leaseMs: z.int().min(100).max(86_400_000),
  nonce: Nonce,
  /** SHA-256 of title and body, see `issueHash`. */
  bodySha256: Sha256Hex,
};

/**
 * Before there is a result: unfinished work that the result branch carries, if the policy wants that.
 * What is `discarded` came of an attempt that failed, or was made for other words: nobody goes on from it.
 */
const unfinished = { work: Oid.optional(), discarded: Oid.optional() };

/** Who made a result, where another peer took it over since. */
const author = PeerId.optional();
/** Who ran the acceptance of a result for its author, where that could not be run; absent: its author did. */
const prover = PeerId.optional();
/** Verdicts of other peers that make a result ready for review. */
const verdicts = z.int().min(0).max(100);

/** What came of the result since it was first published. */
const answered = {
  /** How often it was reworked since people spoke last; absent: never. */
  reworks: z.int().min(1).max(10_000).optional(),
  /** How often as people said so, since somebody asked last that it be tried again; absent: never. */
  answers: z.int().min(1).max(10_000).optional(),
  /**
   * What people said until then, by the clock of the forge, is answered by it. That counts seconds: of
   * what was said at this very time, so many remarks are.
   */
  heardMs: z.int().min(0).optional(),
  heardCount: z.int().min(1).max(100_000).optional(),
};

/**
 * A claim over a published result, which is to be reworked: it stands on its branch and in its pull
 * request until another takes its place, and again when none does.
 */
const rework = {
  rework: Oid.optional(),
  author,
  prover,
  verdicts: verdicts.optional(),
  ...answered,
};

export const LockRecord = z.discriminatedUnion('state', [
  z.object({ state: z.literal('held'), ...shared, ...unfinished, ...rework }),
  z.object({
    state: z.literal('result'),
    ...shared,
    /** Tip of the result branch. */
    result: Oid,
    author,
    prover,
    verdicts,
    ...answered,
  }),
  z.object({ state: z.literal('released'), ...shared, ...unfinished, reason: TrailerText }),
  z.object({ state: z.literal('failed'), ...shared, ...unfinished, reason: TrailerText }),
]);
export type LockRecord = z.infer<typeof LockRecord>;
export type LockState = LockRecord['state'];

/** The tip of the result branch that a lock explains; undefined: by this lock there is none. */
export function explainedResult(record: LockRecord): Oid | undefined {
  if (record.state === 'result') return record.result;
  const before = record.state === 'held' ? record.rework : undefined;
  return record.work ?? record.discarded ?? before;
}

/** A record with where it stands in the chain: everything that the signature covers. */
export interface LockStatement {
  readonly record: LockRecord;
  readonly parent: Oid | null;
  /** Whole seconds since 1970 on the writer's clock; for people only, nothing is decided by it. */
  readonly timeSeconds: number;
  /**
   * Trailers that a later release wrote and this one does not know, a line each. They are signed like the others, and
   * nothing is decided by them. Absent: none.
   */
  readonly further?: readonly string[];
}

export interface SignedLockCommit extends LockStatement {
  readonly signature: Uint8Array;
}

const writer = { name: 'bzzz', email: 'bzzz@bzzz.invalid' };
const SIGNATURE = 'Bzzz-Signature';

/**
 * Trailer key of each field, in the order in which they are written and signed. A release adds new ones at the end:
 * the one before it finds them there, and passes them over.
 */
const trailers = [
  ['task', 'Bzzz-Task'],
  ['state', 'Bzzz-State'],
  ['peer', 'Bzzz-Peer'],
  ['account', 'Bzzz-Account'],
  ['former', 'Bzzz-Former-Accounts'],
  ['epoch', 'Bzzz-Epoch'],
  ['attempt', 'Bzzz-Attempt'],
  ['failures', 'Bzzz-Failures'],
  ['leaseMs', 'Bzzz-Lease-Ms'],
  ['nonce', 'Bzzz-Nonce'],
  ['bodySha256', 'Bzzz-Body-Sha256'],
  ['work', 'Bzzz-Work'],
  ['discarded', 'Bzzz-Discarded'],
  ['result', 'Bzzz-Result'],
  ['rework', 'Bzzz-Rework'],
  ['author', 'Bzzz-Author'],
  ['verdicts', 'Bzzz-Verdicts'],
  ['reworks', 'Bzzz-Reworks'],
  ['answers', 'Bzzz-Answers'],
  ['heardMs', 'Bzzz-Heard-Ms'],
  ['heardCount', 'Bzzz-Heard-Count'],
  ['reason', 'Bzzz-Reason'],
  ['prover', 'Bzzz-Prover'],
] as const;
const numeric = new Set<string>([
  'epoch',
  'attempt',
  'failures',
  'leaseMs',
  'verdicts',
  'reworks',
  'answers',
  'heardMs',
  'heardCount',
]);

/** The bytes to be signed: domain, repository, ref, parent, tree and trailers, a line each. */
export function lockSigningBytes(statement: LockStatement): Uint8Array {
  const { repo, number } = taskParts(statement.record.task);
  const head = ['bzzz/lock/1', repo, lockRef(number), statement.parent ?? '-', EMPTY_TREE];
  return utf8([...head, ...trailerLines(statement)].join('\n'));
}

/** The content of the commit object. */
export function encodeLockCommit(commit: SignedLockCommit): Uint8Array {
  const { record } = commit;
  const subject = `bzzz: ${record.state} ${record.task} epoch ${record.epoch} [skip ci]`;
  const lines = [...trailerLines(commit), `${SIGNATURE}: ${toBase64(commit.signature)}`];
  const parts: CommitParts = {
    tree: EMPTY_TREE,
    parent: commit.parent,
    author: writer,
    timeSeconds: commit.timeSeconds,
    message: `${subject}\n\n${lines.join('\n')}\n`,
  };
  return commitBytes(parts);
}

/**
 * Reads the content of a commit object. Only what `encodeLockCommit` would write byte for byte is
 * accepted, so there is one form to sign and nothing can hide beside the trailers; what stands in trailers
 * of a later release is signed too.
 * Throws `lock_malformed`.
 */
export function decodeLockCommit(repo: RepoName, bytes: Uint8Array): SignedLockCommit {
  if (bytes.byteLength > limits.lockCommitBytesMax) throw malformed('too large');
  const [header, message] = splitOnce(textOf(bytes), '\n\n');
  const fields = new Map(message.split('\n').flatMap(trailerOf));
  const raw = Object.fromEntries(
    trailers.flatMap(([field, key]) => {
      const text = fields.get(key);
      return text === undefined ? [] : [[field, fieldOf(field, text)]];
    }),
  );
  const parsed = LockRecord.safeParse(raw);
  if (!parsed.success) throw malformed(complaints(parsed.error));
  if (taskParts(parsed.data.task).repo !== repo) throw malformed('written for another repository');
  const further = furtherOf(message);
  const commit: SignedLockCommit = {
    record: parsed.data,
    parent: parentOf(header),
    timeSeconds: timeOf(header),
    signature: signatureOf(fields),
    ...(further.length === 0 ? {} : { further }),
  };
  if (!sameBytes(encodeLockCommit(commit), bytes)) throw malformed('not in canonical form');
  return commit;
}

/** Which task a lock commit says that it is about. Throws `lock_malformed`. */
export function lockTask(bytes: Uint8Array): TaskId {
  const [, text] = /^Bzzz-Task: (.+)$/m.exec(textOf(bytes)) ?? [];
  const task = TaskId.safeParse(text);
  if (!task.success) throw malformed('names no task');
  return task.data;
}

/** Full name of the branch that fences a task. */
export function lockRef(number: number): string {
  return `refs/heads/bzzz/lock/${number}`;
}

/** Full name of the branch that carries a task's result. */
export function resultRef(number: number): string {
  return `refs/heads/bzzz/issue-${number}`;
}

/** Every branch of bzzz is under this. */
export const branchPrefix = 'refs/heads/bzzz/';

/** Which branch of which task a ref is; undefined for any other ref. */
export function taskOfRef(
  ref: string,
): { readonly number: IssueNumber; readonly branch: 'lock' | 'result' } | undefined {
  const [, kind, digits] = /^refs\/heads\/bzzz\/(lock\/|issue-)([1-9][0-9]{0,9})$/.exec(ref) ?? [];
  const number = IssueNumber.safeParse(Number(digits));
  if (!number.success) return undefined;
  return { number: number.data, branch: kind === 'lock/' ? 'lock' : 'result' };
}

function trailerLines({ record, further = [] }: LockStatement): string[] {
  const values: Readonly<Record<string, string | number | string[] | undefined>> = record;
  const known = trailers.flatMap(([field, key]) => {
    const value = values[field];
    const text = Array.isArray(value) ? value.join(',') : value;
    return text === undefined || text === '' ? [] : [`${key}: ${text}`];
  });
  return [...known, ...further];
}

const knownKeys = new Set<string>([...trailers.map(([, key]) => key), SIGNATURE]);

/** Lines of trailers that are not known here; whether they stand at the end the canonical form decides. */
function furtherOf(message: string): string[] {
  const found = message
    .split('\n')
    .flatMap((line) => trailerOf(line).map(([key, value]) => ({ line, key, value })))
    .filter(({ key }) => !knownKeys.has(key));
  if (found.length > limits.furtherTrailersMax) throw malformed('too many further trailers');
  if (new Set(found.map(({ key }) => key)).size < found.length) throw malformed('a trailer twice');
  const bad = found.find(({ value }) => !TrailerText.safeParse(value).success);
  if (bad !== undefined) throw malformed(`${bad.key} is no such text as trailers hold`);
  return found.map(({ line }) => line);
}

function fieldOf(field: string, text: string): string | number | string[] {
  if (field === 'former') return text.split(',');
  return numeric.has(field) ? Number(text) : text;
}

function trailerOf(line: string): [string, string][] {
  const match = /^(Bzzz-[A-Za-z0-9-]+): (.+)$/.exec(line);
  return match?.[1] !== undefined && match[2] !== undefined ? [[match[1], match[2]]] : [];
}

function parentOf(header: string): Oid | null {
  const parent = /^parent ([0-9a-f]{40})$/m.exec(header)?.[1];
  return parent === undefined ? null : Oid.parse(parent);
}

function timeOf(header: string): number {
  const seconds = /^committer .* ([0-9]{1,12}) \+0000$/m.exec(header)?.[1];
  if (seconds === undefined) throw malformed('no time of commit');
  return Number(seconds);
}

function signatureOf(fields: ReadonlyMap<string, string>): Uint8Array {
  const text = fields.get(SIGNATURE);
  if (text === undefined || !/^[A-Za-z0-9+/]{86}==$/.test(text)) throw malformed('no signature');
  return fromBase64(text);
}

function textOf(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (error) {
    throw new BzzzError('lock_malformed', 'not UTF-8', { cause: error });
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  if (at < 0) throw malformed('no message');
  return [text.slice(0, at), text.slice(at + separator.length)];
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.byteLength === right.byteLength && left.every((byte, index) => byte === right[index]);
}

function malformed(reason: string): BzzzError {
  return new BzzzError('lock_malformed', reason);
}
