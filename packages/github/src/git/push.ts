/**
 * What moves the branches of a task (invariants 1 and 2), and what deletes them. Lock and result go
 * out in one atomic push, each under a lease on the tip that the caller has seen.
 */
import type { Branches, FencePush, PushReply } from '@bzzz/coordination';
import {
  BzzzError,
  commitOid,
  isBzzzError,
  limits,
  lockRef,
  type Oid,
  type RepoName,
  resultRef,
} from '@bzzz/protocol';
import { gitReason, remoteFailure } from './failures.ts';
import { writeCommit } from './loose-object.ts';
import type { Mirror } from './mirror.ts';
import { parsePorcelain, type RefVerdict } from './porcelain.ts';
import type { GitOutcome } from './process.ts';
import type { Remote } from './remote.ts';

interface Move {
  readonly ref: string;
  readonly expected: Oid | null;
  /** Null: the branch goes. */
  readonly oid: Oid | null;
}

const flags = [
  '--porcelain',
  '--atomic',
  '--no-verify',
  '--no-progress',
  '--recurse-submodules=no',
];

/**
 * Throws `lock_malformed` (the bytes are not the commit `oid`), `git_object_missing` (the result is
 * not in the mirror), `git_failed`, and what the port says.
 */
export async function pushFence(
  remote: Remote,
  mirror: Mirror,
  repo: RepoName,
  push: FencePush,
  signal: AbortSignal,
): Promise<PushReply> {
  const moves = movesOf(push);
  const settled = await prepareObjects(remote, mirror, repo, push, signal);
  if (settled !== null) return settled;
  return send(remote, mirror, repo, moves, signal);
}

/** Throws as `pushFence` does. */
export async function deleteBranches(
  remote: Remote,
  mirror: Mirror,
  repo: RepoName,
  { number, lock, result }: Branches,
  signal: AbortSignal,
): Promise<PushReply> {
  const moves: Move[] = [];
  if (lock !== null) moves.push({ ref: lockRef(number), expected: lock, oid: null });
  if (result !== null) moves.push({ ref: resultRef(number), expected: result, oid: null });
  const reply = await send(remote, mirror, repo, moves, signal);
  if (reply.kind !== 'rejected') return reply;
  // Git itself says no to the deletion of what is gone already.
  return lookAgain(remote, repo, moves, reply.reason, signal);
}

async function send(
  remote: Remote,
  mirror: Mirror,
  repo: RepoName,
  moves: readonly Move[],
  signal: AbortSignal,
): Promise<PushReply> {
  const outcome = await remote.push(
    repo,
    mirror,
    {
      flags: [...flags, ...moves.map((m) => `--force-with-lease=${m.ref}:${m.expected ?? ''}`)],
      refspecs: moves.map((move) => `${move.oid ?? ''}:${move.ref}`),
    },
    signal,
  );
  const verdicts = parsePorcelain(outcome.stdout.toString('utf8'));
  const told = moves.flatMap((move) => verdicts.get(move.ref) ?? []);
  if (told.length < moves.length) return withoutVerdict(outcome);
  const reason = reasonOfVerdicts(told);
  if (told.some(({ kind }) => kind === 'silent')) return { kind: 'unknown', reason };
  if (told.every(({ kind }) => kind === 'stands')) {
    return outcome.exitCode === 0
      ? { kind: 'accepted' }
      : { kind: 'unknown', reason: gitReason(outcome) };
  }
  if (told.some(({ kind }) => kind === 'turned down')) {
    return await lookAgain(remote, repo, moves, reason, signal);
  }
  return { kind: 'rejected', reason };
}

function movesOf(push: FencePush): Move[] {
  const { number, lock, result } = push;
  const moves: Move[] = [{ ref: lockRef(number), expected: lock.expected, oid: lock.oid }];
  if (result !== undefined) moves.push({ ref: resultRef(number), ...result });
  return moves;
}

/** Null: everything that the push needs is in the mirror. */
async function prepareObjects(
  remote: Remote,
  mirror: Mirror,
  repo: RepoName,
  push: FencePush,
  signal: AbortSignal,
): Promise<PushReply | null> {
  const { lock, result } = push;
  if (commitOid(lock.commit) !== lock.oid) {
    throw new BzzzError('lock_malformed', `the bytes are not the commit ${lock.oid}`);
  }
  await writeCommit(mirror.dir, lock.oid, lock.commit);
  const needed = [lock.expected ?? [], result?.oid ?? []].flat();
  if (needed.length === 0) return null;
  const present = await mirror.present(needed, signal);
  if (result !== undefined && !present.has(result.oid)) {
    throw new BzzzError('git_object_missing', `no commit ${result.oid} in the mirror of ${repo}`);
  }
  if (lock.expected === null || present.has(lock.expected)) return null;
  return await fetchParent(
    remote,
    mirror,
    repo,
    { ref: lockRef(push.number), expected: lock.expected, oid: lock.oid },
    signal,
  );
}

/**
 * The parent is not in the mirror when an earlier process read it, or the mirror was made anew.
 * If it is no longer the tip, the lease cannot hold and there is nothing to fetch it for.
 */
async function fetchParent(
  remote: Remote,
  mirror: Mirror,
  repo: RepoName,
  move: Move & { readonly expected: Oid },
  signal: AbortSignal,
): Promise<PushReply | null> {
  try {
    const tip = (await remote.tips(repo, [move.ref], signal)).get(move.ref);
    if (tip === move.oid) return null;
    if (tip !== move.expected) return { kind: 'rejected', reason: `${move.ref} stands elsewhere` };
    await remote.fetch(repo, mirror, move.expected, signal);
    return null;
  } catch (error) {
    if (isBzzzError(error, 'forge_unreachable')) return { kind: 'unknown', reason: error.reason };
    throw error;
  }
}

/**
 * A forge that says no may do so since an earlier push of the very same commits, whose answer was
 * lost, took effect in between. Then they stand, and that is what counts.
 */
async function lookAgain(
  remote: Remote,
  repo: RepoName,
  moves: readonly Move[],
  reason: string,
  signal: AbortSignal,
): Promise<PushReply> {
  try {
    const refs = moves.map(({ ref }) => ref);
    const tips = await remote.tips(repo, refs, signal);
    const stand = moves.every(({ ref, oid }) => (tips.get(ref) ?? null) === oid);
    return stand ? { kind: 'accepted' } : { kind: 'rejected', reason };
  } catch (error) {
    if (isBzzzError(error, 'aborted')) throw error;
    return { kind: 'unknown', reason: `${reason}; and the branches cannot be read` };
  }
}

/** Git gave no verdict on some ref: the HTTP exchanges tell whether anything can have been sent. */
function withoutVerdict(outcome: GitOutcome): PushReply {
  const failure = remoteFailure(outcome);
  if (failure.code === 'forge_unreachable') return { kind: 'unknown', reason: failure.reason };
  throw failure;
}

function reasonOfVerdicts(verdicts: readonly RefVerdict[]): string {
  return verdicts
    .flatMap((verdict) => (verdict.kind === 'stands' ? [] : verdict.reason))
    .join('; ')
    .slice(0, limits.reasonCharsMax);
}
