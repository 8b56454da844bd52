/** The git half of the forge port: base, fence and push of every repository. */
import type { Base, Branches, FencePush, FenceRead, PushReply, Rebased } from '@bzzz/coordination';
import {
  branchPrefix,
  BzzzError,
  type IssueNumber,
  limits,
  lockRef,
  Oid,
  policyPath,
  type RepoName,
  resultRef,
  taskOfRef,
} from '@bzzz/protocol';
import { createBoundedMap } from '../bounded-map.ts';
import { createKeyedLock } from '../keyed-lock.ts';
import { expectSuccess, type Mirror, mirrorDir, openMirror } from './mirror.ts';
import type { RunGit } from './process.ts';
import { deleteBranches, pushFence } from './push.ts';
import { rebase } from './rebase.ts';
import type { Remote } from './remote.ts';
import { assertGitUsable } from './version.ts';

export interface Repositories {
  readBase(repo: RepoName, signal: AbortSignal): Promise<{ base: Base; policy: string | null }>;
  readFence(repo: RepoName, number: IssueNumber, signal: AbortSignal): Promise<FenceRead>;
  push(repo: RepoName, push: FencePush, signal: AbortSignal): Promise<PushReply>;
  readWork(repo: RepoName, work: Oid, base: Base, signal: AbortSignal): Promise<Base | null>;
  rebaseWork(repo: RepoName, work: Oid, base: Base, signal: AbortSignal): Promise<Rebased | null>;
  listBranches(repo: RepoName, signal: AbortSignal): Promise<readonly Branches[]>;
  deleteBranches(repo: RepoName, branches: Branches, signal: AbortSignal): Promise<PushReply>;
}

interface Work {
  readonly repo: RepoName;
  readonly mirror: Mirror;
  readonly work: Oid;
  readonly base: Base;
}

/** Lock commits held in memory, by id; each is under 8 KiB. */
const lockCommitsMax = 1024;

export function createRepositories(
  deps: { readonly runGit: RunGit; readonly remote: Remote },
  options: { readonly dataDir: string },
): Repositories {
  const { runGit, remote } = deps;
  /** Apart, so that a first fetch of half an hour keeps nobody from the mirror. */
  const opening = createKeyedLock();
  const fetching = createKeyedLock();
  const mirrors = new Map<RepoName, Mirror>();
  const lockCommits = createBoundedMap<Uint8Array>(lockCommitsMax);

  const mirrorOf = (repo: RepoName, signal: AbortSignal): Promise<Mirror> =>
    opening.run(repo, signal, async () => {
      const known = mirrors.get(repo);
      if (known !== undefined) return known;
      await assertGitUsable(runGit, signal);
      const mirror = await openMirror(runGit, mirrorDir(options.dataDir, repo), signal);
      mirrors.set(repo, mirror);
      return mirror;
    });

  const lockCommit = async (repo: RepoName, oid: Oid, signal: AbortSignal) => {
    const known = lockCommits.get(oid);
    if (known !== undefined) return known;
    // One byte over the limit at most: a larger one is no lock commit, and its reader says so.
    const bytes = await remote.commit(repo, oid, limits.lockCommitBytesMax, signal);
    lockCommits.set(oid, bytes);
    return bytes;
  };

  /** The commit of the base branch that the work stands on, with both in the mirror; null: it does not. */
  const baseOf = async ({ repo, mirror, work, base }: Work, signal: AbortSignal) => {
    const present = await mirror.present([work], signal);
    if (!present.has(work)) await remote.fetch(repo, mirror, work, signal);
    const beneath = await onlyParentOf(mirror, work, signal);
    const isOnIt = beneath !== null && (await isWithin(mirror, beneath, base.oid, signal));
    return isOnIt ? beneath : null;
  };

  return {
    async readBase(repo, signal) {
      const mirror = await mirrorOf(repo, signal);
      const head = await remote.head(repo, signal);
      if (head === null) throw new BzzzError('forge_not_found', `${repo} has no commit yet`);
      const { branch } = head;
      const ref = `refs/heads/${branch}`;
      const oid = await fetching.run(repo, signal, async () => {
        if ((await tipOf(mirror, ref, signal)) === head.oid) return head.oid;
        await remote.fetch(repo, mirror, `+${ref}:${ref}`, signal);
        return await tipOf(mirror, ref, signal);
      });
      if (oid === null) throw new BzzzError('git_failed', `${ref} is not in the mirror of ${repo}`);
      return {
        base: { branch, oid, mirror: mirror.dir },
        policy: await policyAt(mirror, oid, signal),
      };
    },

    async readFence(repo, number, signal) {
      const [lockName, resultName] = [lockRef(number), resultRef(number)];
      const tips = await remote.tips(repo, [lockName, resultName], signal);
      const oid = tips.get(lockName);
      const result = tips.get(resultName) ?? null;
      if (oid === undefined) return { lock: null, result };
      return { lock: { oid, commit: await lockCommit(repo, oid, signal) }, result };
    },

    async push(repo, push, signal) {
      const reply = await pushFence(remote, await mirrorOf(repo, signal), repo, push, signal);
      lockCommits.set(push.lock.oid, push.lock.commit);
      return reply;
    },

    async readWork(repo, work, base, signal) {
      const mirror = await mirrorOf(repo, signal);
      const beneath = await baseOf({ repo, mirror, work, base }, signal);
      return beneath === null ? null : { ...base, oid: beneath };
    },

    async rebaseWork(repo, work, base, signal) {
      const mirror = await mirrorOf(repo, signal);
      const beneath = await baseOf({ repo, mirror, work, base }, signal);
      if (beneath === null) return null;
      if (beneath === base.oid) return { oid: work, conflicts: [] };
      return rebase(mirror, work, base.oid, signal);
    },

    async listBranches(repo, signal) {
      return branchesOf(await remote.tipsUnder(repo, branchPrefix, signal));
    },

    async deleteBranches(repo, branches, signal) {
      return await deleteBranches(remote, await mirrorOf(repo, signal), repo, branches, signal);
    },
  };
}

/** Null: it has none, or several. */
async function onlyParentOf(mirror: Mirror, oid: Oid, signal: AbortSignal): Promise<Oid | null> {
  const args = ['rev-list', '--no-walk', '--parents', oid];
  const outcome = expectSuccess('git rev-list', await mirror.local(args, { signal }));
  const [, parent, another] = outcome.stdout.toString('latin1').trim().split(' ');
  return parent === undefined || another !== undefined ? null : Oid.parse(parent);
}

async function isWithin(mirror: Mirror, older: Oid, newer: Oid, signal: AbortSignal) {
  const args = ['merge-base', '--is-ancestor', older, newer];
  const { exitCode } = await mirror.local(args, { signal });
  return exitCode === 0;
}

/** By number; other people's branches under the same prefix are left out. */
function branchesOf(tips: ReadonlyMap<string, Oid>): Branches[] {
  const all = new Map<number, Branches>();
  for (const [ref, oid] of tips) {
    const task = taskOfRef(ref);
    if (task === undefined) continue;
    const { number, branch } = task;
    const found = all.get(number) ?? { number, lock: null, result: null };
    all.set(number, { ...found, [branch]: oid });
  }
  return [...all.values()];
}

async function tipOf(mirror: Mirror, ref: string, signal: AbortSignal): Promise<Oid | null> {
  const args = ['for-each-ref', '--format=%(objectname)', ref];
  const outcome = expectSuccess('git for-each-ref', await mirror.local(args, { signal }));
  const text = outcome.stdout.toString('latin1').trim();
  // Reason for the cast: git prints the id of a ref, or nothing.
  return /^[0-9a-f]{40}$/.test(text) ? (text as Oid) : null;
}

async function policyAt(mirror: Mirror, oid: Oid, signal: AbortSignal): Promise<string | null> {
  const name = `${oid}:${policyPath}`;
  const input = Buffer.from(`${name}\n`, 'utf8');
  const check = ['cat-file', '--batch-check=%(objecttype)'];
  const kind = expectSuccess('git cat-file', await mirror.local(check, { input, signal }));
  if (kind.stdout.toString('utf8').trim() !== 'blob') return null;
  // Characters have at most four bytes, so a text that is cut here is over the limit as well.
  const stdoutBytesMax = 4 * limits.policyBytesMax + 4;
  const outcome = await mirror.local(['cat-file', 'blob', name], { signal, stdoutBytesMax });
  const full = outcome.stdout.byteLength === stdoutBytesMax;
  return (full ? outcome : expectSuccess('git cat-file', outcome)).stdout.toString('utf8');
}
