/** Places where somebody claims an issue that is free, and where only one can. */
import { join } from 'node:path';
import { createGithubForge, type GithubStats, tokenFromValue } from '@bzzz/github';
import { type IssueNumber, RepoName } from '@bzzz/protocol';
import type { Rivals } from '../rivals.ts';
import type { Absent } from '../subject.ts';
import { makeTempFolder } from '../temp-folder.ts';
import { openBareGit } from './bare-git.ts';
import { startEtcd } from './etcd.ts';
import { startForge } from './forge-child.ts';
import { type Lock, lockOf } from './locks.ts';
import { programsHostId } from './programs-host.ts';

/** Resolves to whether it got it. */
type Claim = (lock: Lock) => Promise<boolean>;

export interface Registry {
  readonly name: string;
  readonly processes: readonly number[];
  /** One a contender. */
  readonly claims: readonly Claim[];
  /** What is not measured. */
  prepare(locks: readonly Lock[]): Promise<void>;
  /** The object id of the claim that stands, of every issue that is claimed. */
  standing(): Promise<ReadonlyMap<IssueNumber, string>>;
  /** What was sent so far. */
  requests?(): { readonly rest: number; readonly git: number };
}

export interface Registries {
  readonly all: readonly Registry[];
  readonly absent: readonly Absent[];
  close(): Promise<void>;
}

export const oursName = '@bzzz/github';
export const bareName = 'git push';
const etcdName = 'etcd';

const token = 'token-of-the-benchmark';
export const oursRepo = RepoName.parse('bench/ours');
const rawRepo = RepoName.parse('bench/raw');
/** Of nobody else: each contender claims one first, so that its mirror is there. */
const warmUpFrom = 1_000_000;

/** On the same embedded forge, in a repository each. */
export async function openRegistries(
  { contenders, seed }: { readonly contenders: number; readonly seed: string },
  rivals: Rivals,
): Promise<Registries> {
  await using open = new AsyncDisposableStack();
  const folder = await makeTempFolder('claim');
  open.defer(folder.remove);
  const { url, stop } = await startForge({
    dataDir: join(folder.path, 'forge'),
    token,
    repositories: [oursRepo, rawRepo].map((repo) => repo.replace('bench/', '')),
  });
  open.defer(stop);
  const git = await openBareGit({ dir: join(folder.path, 'raw'), gitUrl: url, token });
  const numbers = Array.from({ length: contenders }, (_, index) => index);

  const clients = numbers.map((index) => {
    const options = { apiUrl: url, gitUrl: url, dataDir: join(folder.path, `peer-${index}`) };
    const client = createGithubForge({ token: tokenFromValue(token) }, options);
    open.defer(client.close);
    return client;
  });
  const claims = clients.map(
    (client): Claim =>
      async ({ number, oid, commit }) => {
        const reply = await client.push(oursRepo, {
          number,
          lock: { expected: null, oid, commit },
        });
        if (reply.kind === 'unknown') throw new Error(reply.reason);
        return reply.kind === 'accepted';
      },
  );
  for (const [index, claim] of claims.entries()) {
    const lock = lockOf(seed, oursRepo, warmUpFrom + index);
    await claim(lock);
    await git.writeCommit(lock.commit);
    await git.push(rawRepo, lock);
  }
  const ours: Registry = {
    name: oursName,
    processes: [programsHostId()],
    claims,
    prepare: async () => undefined,
    standing: () => git.standing(oursRepo),
    requests: () => requestsOf(clients.map((client) => client.stats())),
  };
  const bare: Registry = {
    name: bareName,
    processes: [],
    claims: numbers.map(() => (lock: Lock) => git.push(rawRepo, lock)),
    async prepare(locks) {
      for (const { commit } of locks) await git.writeCommit(commit);
    },
    standing: () => git.standing(rawRepo),
  };
  const found = await rivals.find('etcd');
  const absent = 'missing' in found ? [{ side: etcdName, why: found.missing }] : [];
  const all = [ours, bare];
  if ('path' in found) {
    const etcd = await startEtcd(found.path);
    open.defer(etcd.stop);
    all.push({
      name: etcdName,
      processes: [etcd.processId],
      claims: numbers.map(() => etcd.claim),
      prepare: async () => undefined,
      standing: etcd.standing,
    });
  }
  const kept = open.move();
  return { all, absent, close: () => kept.disposeAsync() };
}

function requestsOf(all: readonly GithubStats[]): { rest: number; git: number } {
  const sum = (count: (stats: GithubStats) => number): number =>
    all.reduce((total, stats) => total + count(stats), 0);
  return {
    rest: sum(({ reads, writes }) => reads + writes),
    git: sum(({ gitReads, gitPushes }) => gitReads + gitPushes),
  };
}
