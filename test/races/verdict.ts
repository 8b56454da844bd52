/**
 * What became of a task, told by the forge's own repository: the chain of claims, and the reflog, in
 * which every movement of a branch stands, whoever made it.
 */
import { AssertionError } from 'node:assert';
import { lockChain, git, type LockCommit, tipOf } from '../e2e/harness/repository.ts';
import type { ForgeProcess } from '../e2e/harness/forge.ts';

export interface Verdict {
  readonly number: number;
  /** `result`, `failed`, or how far it came. */
  readonly state: string;
  /** The peer that the lock names; null: nobody ever claimed it. */
  readonly holder: string | null;
  /** Claims that stood: one an epoch. */
  readonly claims: number;
  /** Movements of the result branch, of which there may be one an epoch, by its holder. */
  readonly published: number;
  /** Pushes that a later epoch had overtaken, and that were accepted all the same. */
  readonly stale: number;
}

/** Has the forge keep every movement of its branches. Before anybody pushes. */
export async function keepReflog({ gitDir }: ForgeProcess): Promise<void> {
  await git(gitDir, 'config', 'core.logAllRefUpdates', 'always');
}

export async function verdictOf(forge: ForgeProcess, number: number): Promise<Verdict> {
  const lockBranch = `bzzz/lock/${number}`;
  if ((await tipOf(forge.gitDir, lockBranch)) === undefined) {
    return { number, state: 'unclaimed', holder: null, claims: 0, published: 0, stale: 0 };
  }
  const moves = await movesOf(forge, lockBranch);
  const results = await movesOf(forge, `bzzz/issue-${number}`);
  const chain = await chainOf(forge, number);
  if (chain === undefined) {
    const published = results.length;
    return { number, state: 'broken', holder: null, claims: 0, published, stale: 1 };
  }
  const last = chain.at(-1)?.record;
  return {
    number,
    state: last?.state ?? 'unclaimed',
    holder: last?.peer ?? null,
    claims: new Set(chain.map(({ record }) => record.epoch)).size,
    published: results.length,
    stale: moves.length - chain.length + fallsOf(chain) + strangersOf(chain, results),
  };
}

/** Undefined: it is no chain of signed claims of this task, each on the one before. */
async function chainOf(forge: ForgeProcess, number: number): Promise<LockCommit[] | undefined> {
  try {
    return await lockChain(forge, number);
  } catch (error) {
    if (error instanceof AssertionError) return undefined;
    throw error;
  }
}

/** New tips, oldest first. */
async function movesOf({ gitDir }: ForgeProcess, branch: string): Promise<string[]> {
  const log = await git(
    gitDir,
    'reflog',
    'show',
    '--format=%H',
    `refs/heads/${branch}`,
    '--',
  ).catch(() => '');
  return log
    .split('\n')
    .filter((oid) => oid !== '')
    .toReversed();
}

/** Commits of an epoch below the one before them, or of a second holder of an epoch. */
function fallsOf(chain: readonly LockCommit[]): number {
  const holders = new Map<number, string>();
  let top = 0;
  let falls = 0;
  for (const { record } of chain) {
    const holder = holders.get(record.epoch) ?? record.peer;
    holders.set(record.epoch, holder);
    if (record.epoch < top || holder !== record.peer) falls += 1;
    top = Math.max(top, record.epoch);
  }
  return falls;
}

/** Movements of the result branch that no commit of the chain tells of. */
function strangersOf(chain: readonly LockCommit[], results: readonly string[]): number {
  const told = new Set<string | undefined>(
    chain.map(({ record }) => ('result' in record ? record.result : undefined)),
  );
  return results.filter((oid) => !told.has(oid)).length;
}
