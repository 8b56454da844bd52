/** What must be true of a task, whoever worked on it and whatever happened meanwhile. */
import { checkCertificate } from '@bzzz/coordination';
import { verifySignature } from '@bzzz/mesh';
import { expect } from 'vitest';
import type { ForgeProcess, PullRequest } from './forge.ts';
import { account, type PeerProcess } from './peer.ts';
import { git, type LockCommit, lockChain, tipOf } from './repository.ts';

export interface Published {
  readonly chain: readonly LockCommit[];
  readonly pullRequest: PullRequest;
}

/**
 * The task was published once: one chain of claims that ends with a result, one commit on the
 * base, one pull request, one comment on the issue, one assignee.
 */
export async function expectPublished(forge: ForgeProcess, number: number): Promise<Published> {
  const chain = await lockChain(forge, number);
  expectOneHolderAnEpoch(chain);
  expect(chain[0]?.record).toMatchObject({ state: 'held', epoch: 1 });
  const last = chain.at(-1)?.record;
  if (last?.state !== 'result') throw new Error(`#${number} ends as ${last?.state}`);

  const branch = `bzzz/issue-${number}`;
  expect(await tipOf(forge.gitDir, branch)).toBe(last.result);
  const commits = (await git(forge.gitDir, 'rev-list', '--parents', `main..${branch}`)).split('\n');
  expect(commits).toEqual([`${last.result} ${await tipOf(forge.gitDir, 'main')}`]);
  expect(await git(forge.gitDir, 'diff', '--name-only', 'main', branch)).not.toBe('');

  const pulls = pullsOf(await forge.pullRequests(), number);
  expect(pulls).toHaveLength(1);
  const [pullRequest] = pulls;
  if (pullRequest === undefined) throw new Error('no pull request');
  expect(pullRequest).toMatchObject({
    state: 'open',
    user: { login: account },
    head: { sha: last.result },
    base: { ref: 'main' },
  });
  expect(pullRequest.body).toContain(`Closes #${number}.`);

  const all = await forge.comments(number);
  const comments = all.filter(({ user }) => user.login === account);
  expect(comments).toHaveLength(1);
  expect(comments[0]?.body).toContain(`opened #${pullRequest.number}`);
  await expectJudged(forge, pullRequest, comments[0]?.body ?? '');
  const { assignees } = await forge.issue(number);
  expect(assignees.map(({ login }) => login)).toEqual([account]);
  return { chain, pullRequest };
}

/** Ready for review exactly when others judged it, as a certificate proves that anybody can check. */
async function expectJudged(
  forge: ForgeProcess,
  { number, draft, head }: PullRequest,
  lastWords: string,
): Promise<void> {
  const isVerified = lastWords.includes('The result is verified');
  if (!isVerified) expect(lastWords).toContain('The result is unverified');
  expect(draft).toBe(!isVerified);
  const all = await forge.comments(number);
  const [comment, ...more] = all.filter(({ user }) => user.login === account);
  expect(more).toEqual([]);
  if (comment === undefined) return expect(isVerified).toBe(false);
  const { record, quorum } = await checkCertificate({ verify: verifySignature }, comment.body);
  expect({ result: record.result, quorum }).toEqual({ result: head.sha, quorum: isVerified });
}

/** Nobody ever touched it: no branch, no pull request, no comment, the assignees as they were. */
export async function expectUntouched(
  forge: ForgeProcess,
  number: number,
  assignees: readonly string[] = [],
): Promise<void> {
  expect(await tipOf(forge.gitDir, `bzzz/lock/${number}`)).toBeUndefined();
  expect(await tipOf(forge.gitDir, `bzzz/issue-${number}`)).toBeUndefined();
  expect(pullsOf(await forge.pullRequests(), number)).toEqual([]);
  expect(await forge.comments(number)).toEqual([]);
  const issue = await forge.issue(number);
  expect(issue.assignees.map(({ login }) => login)).toEqual(assignees);
}

/**
 * It is over for everybody: however often they look, nobody writes, pushes or begins anything, and
 * a look costs no more than looks do.
 */
export async function expectQuiet(
  forge: ForgeProcess,
  peers: readonly PeerProcess[],
): Promise<void> {
  const before = await settled(forge, peers);
  const doings = await doingsOf(peers);
  const looks = 10;
  await lookAll(peers, looks);
  const after = await forge.requests();
  expect(await doingsOf(peers)).toEqual(doings);
  expect(after).toMatchObject({ writes: before.writes, gitPushes: before.gitPushes });
  // One list a look and one policy in ten, and as many again for the polls in between.
  expect(after.reads - before.reads).toBeLessThanOrEqual(2 * looks * peers.length);
  // A poll that shows an issue of late asks its fence whose the assignment is.
  expect(after.gitFetches - before.gitFetches).toBeLessThanOrEqual(looks * peers.length);
}

/** Once everybody has seen what was written last, and has answered it where it must. */
async function settled(
  forge: ForgeProcess,
  peers: readonly PeerProcess[],
): Promise<Awaited<ReturnType<ForgeProcess['requests']>>> {
  for (let rounds = 1; ; rounds += 1) {
    const { writes, gitPushes } = await forge.requests();
    await lookAll(peers, 3);
    const after = await forge.requests();
    if (after.writes === writes && after.gitPushes === gitPushes) return after;
    if (rounds === 10) throw new Error(`still writing: ${writes} writes, then ${after.writes}`);
  }
}

async function lookAll(peers: readonly PeerProcess[], times: number): Promise<void> {
  for (let looks = 0; looks < times; looks += 1) {
    await Promise.all(peers.map((peer) => peer.look()));
  }
}

/**
 * What each peer did about tasks, and where they stand for it; none of them is held. That it made sure
 * of its words costs a read now and then; what is written the forge has counted.
 */
async function doingsOf(peers: readonly PeerProcess[]) {
  const doings = await Promise.all(
    peers.map(async (peer) => {
      const { tasks } = await peer.client.tasks();
      const entries = await peer.journal();
      return {
        states: tasks.map(({ state }) => state),
        entries: entries.filter(({ kind }) => /^(?:attempt|fence|task)\./.test(kind)),
      };
    }),
  );
  for (const state of doings.flatMap(({ states }) => states)) {
    expect(['done', 'failed', 'released']).toContain(state);
  }
  return doings;
}

export function pullsOf(all: readonly PullRequest[], number: number): PullRequest[] {
  return all.filter(({ head }) => head.ref === `bzzz/issue-${number}`);
}

/** Epochs never fall, and each belongs to one peer. */
function expectOneHolderAnEpoch(chain: readonly LockCommit[]): void {
  const epochs: number[] = chain.map(({ record }) => record.epoch);
  expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
  const holders = new Map<number, Set<string>>();
  for (const { record } of chain) {
    holders.set(record.epoch, (holders.get(record.epoch) ?? new Set()).add(record.peer));
  }
  for (const peers of holders.values()) expect(peers.size).toBe(1);
}
