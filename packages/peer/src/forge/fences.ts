/**
 * The fence as it is seen from outside: by git and the API of the forge, with no peer in between. Every commit of
 * a lock is read and its signature checked, so nothing here is anybody's word.
 */
import { createBranchReader } from '@bzzz/github';
import { verifySignature } from '@bzzz/mesh';
import {
  BzzzError,
  complaints,
  decodeLockCommit,
  isBzzzError,
  lockSigningBytes,
  type LockRecord,
  type Oid,
  type RepoName,
  reasonOf,
  type TaskId,
  taskOfRef,
  taskParts,
} from '@bzzz/protocol';
import { z } from 'zod';
import { exchange, refusal, type RestDeps } from './rest.ts';

export interface FenceTips {
  /** Null: there is no such branch. */
  readonly lock: Oid | null;
  readonly result: Oid | null;
}

/** One commit of a lock branch. */
export interface FenceLink {
  readonly oid: Oid;
  readonly parent: Oid | null;
  readonly record: LockRecord;
}

interface Reading {
  readonly signal: AbortSignal;
}

/** Every method throws what the forge throws, and `aborted`. */
export interface FenceReader {
  /** Where the branches of all tasks stand, by number. */
  tips(repo: RepoName, options: Reading): Promise<ReadonlyMap<number, FenceTips>>;
  /** One commit of the lock of a task. Throws `lock_malformed` also where nobody signed it, or for another task. */
  link(task: TaskId, oid: Oid, options: Reading): Promise<FenceLink>;
  /**
   * What stands on top of `above`, or all where that is null, oldest first. `broken`: why the rest below cannot be
   * told; null: it is a chain of signed commits down to there.
   */
  chain(
    task: TaskId,
    where: { readonly tip: Oid; readonly above: Oid | null },
    options: Reading,
  ): Promise<{ readonly links: readonly FenceLink[]; readonly broken: string | null }>;
  /** Numbers of the pull requests of a task's result branch, in every state. */
  pulls(repo: RepoName, number: number, options: Reading): Promise<readonly number[]>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Nobody renews a lease more often between two looks. */
const linksMax = 5_000;
const perPage = 100;
const Pulls = z.array(z.object({ number: z.number(), head: z.object({ ref: z.string() }) }));

export function createFenceReader(
  { token }: Pick<RestDeps, 'token'>,
  { apiUrl, gitUrl }: { readonly apiUrl: string; readonly gitUrl: string },
): FenceReader {
  const branches = createBranchReader({ token }, { gitUrl });

  async function link(task: TaskId, oid: Oid, signal: AbortSignal): Promise<FenceLink> {
    const { repo } = taskParts(task);
    const commit = decodeLockCommit(repo, await branches.commit(repo, oid, signal));
    const { record, signature, parent } = commit;
    if (record.task !== task) throw new BzzzError('lock_malformed', `a claim of ${record.task}`);
    if (await verifySignature(record.peer, lockSigningBytes(commit), signature)) {
      return { oid, parent, record };
    }
    throw new BzzzError('lock_malformed', `not signed by ${record.peer}, whom it names`);
  }

  return {
    async tips(repo, { signal }) {
      const found = new Map<number, FenceTips>();
      for (const [ref, oid] of await branches.tips(repo, signal)) {
        const of = taskOfRef(ref);
        if (of === undefined) continue;
        const before = found.get(of.number) ?? { lock: null, result: null };
        found.set(of.number, { ...before, [of.branch]: oid });
      }
      return found;
    },
    link: (task, oid, { signal }) => link(task, oid, signal),
    async chain(task, { tip, above }, { signal }) {
      const links: FenceLink[] = [];
      for (let oid: Oid | null = tip; oid !== above; ) {
        const found = (reason: string) => ({ links: links.toReversed(), broken: reason });
        if (oid === null) return found(`${above} was its tip, and is not in it any more`);
        if (links.length === linksMax)
          return found(`it has grown by more than ${linksMax} commits`);
        try {
          const read = await link(task, oid, signal);
          links.push(read);
          oid = read.parent;
        } catch (error) {
          if (!isBzzzError(error, 'lock_malformed')) throw error;
          return found(`${oid} is no signed claim: ${reasonOf(error)}`);
        }
      }
      return { links: links.toReversed(), broken: null };
    },
    async pulls(repo, number, { signal }) {
      const ref = `bzzz/issue-${number}`;
      const head = encodeURIComponent(`${repo.split('/')[0]}:${ref}`);
      const path = `/repos/${repo}/pulls?state=all&per_page=${perPage}&head=${head}`;
      const answer = await exchange({ token, apiUrl }, { method: 'GET', path, signal });
      if (answer.status !== 200) throw refusal(answer, `reading pull requests of ${repo}`);
      const parsed = Pulls.safeParse(answer.body);
      if (!parsed.success) throw new BzzzError('forge_invalid_answer', complaints(parsed.error));
      return parsed.data.filter((one) => one.head.ref === ref).map((one) => one.number);
    },
    // What was lent is renewed until it is given back.
    close: async () => token.close?.(),
  };
}
