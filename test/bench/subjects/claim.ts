/**
 * Claims that nobody contends: the push of a lock commit to a branch that is not there yet, one
 * after another. Beside it the bare `git push` of the very same commit, with the same lease and with
 * the commit in its repository already, to a repository of its own on the same embedded forge.
 */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createGithubForge, tokenFromValue } from '@bzzz/github';
import {
  Account,
  bytesToHex,
  commitOid,
  Epoch,
  encodeLockCommit,
  IssueNumber,
  lockRef,
  Nonce,
  type Oid,
  PeerId,
  RepoName,
  Sha256Hex,
  taskId,
} from '@bzzz/protocol';
import { digest, seededBytes } from '../content.ts';
import type { Side, Subject } from '../subject.ts';
import { makeTempFolder } from '../temp-folder.ts';
import type { ForgeStarted } from './forge-process.ts';

const run = promisify(execFile);
const token = 'token-of-the-benchmark';
const oursRepo = RepoName.parse('bench/ours');
const rawRepo = RepoName.parse('bench/raw');

export const claim: Subject = {
  name: 'claim',
  measures: 'uncontended claims through push of @bzzz/github; CPU without the forge',
  beside: 'git push of the same commit, spawned; object written before',
  operation: 'claim',
  equal: 'sides',
  countsChildren: true,
  goals: [{ of: '@bzzz/github', beside: 'git push', what: 'wall time', must: { atMost: 1.2 } }],
  sizes: {
    full: { rounds: 5, warmUpRounds: 1, operations: 10 },
    small: { rounds: 1, warmUpRounds: 0, operations: 1 },
  },
  async open(seed, { operations }) {
    await using open = new AsyncDisposableStack();
    const folder = await makeTempFolder('claim');
    open.defer(folder.remove);
    const forge = await startForge(join(folder.path, 'forge'));
    open.defer(forge.stop);
    const dataDir = join(folder.path, 'peer');
    const { url } = forge;
    const client = createGithubForge(
      { token: tokenFromValue(token) },
      { apiUrl: url, gitUrl: url, dataDir },
    );
    open.defer(client.close);
    const git = await openBareGit(join(folder.path, 'raw'), url);
    const locksOf = (round: number) =>
      Array.from({ length: operations }, (_, index) => lockOf(seed, round * operations + index));
    const kept = open.move();
    return {
      sides: [clientSide(client, git, locksOf), bareSide(git, locksOf)],
      close: () => kept.disposeAsync(),
    };
  },
};

interface Lock {
  readonly number: IssueNumber;
  readonly oid: Oid;
  readonly commit: Uint8Array;
}

type LocksOf = (round: number) => readonly Lock[];

function clientSide(
  client: ReturnType<typeof createGithubForge>,
  git: BareGit,
  locksOf: LocksOf,
): Side {
  return {
    name: '@bzzz/github',
    async prepare(round) {
      const locks = locksOf(round);
      return {
        async work() {
          for (const { number, oid, commit } of locks) {
            const push = { number, lock: { expected: null, oid, commit } };
            const reply = await client.push(oursRepo, push);
            if (reply.kind !== 'accepted') throw new Error(`${reply.kind}: ${reply.reason}`);
          }
        },
        answer: () => git.digestOf(oursRepo, locks),
        operations: () => locks.length,
      };
    },
  };
}

function bareSide(git: BareGit, locksOf: LocksOf): Side {
  return {
    name: 'git push',
    async prepare(round) {
      const locks = locksOf(round);
      for (const { commit } of locks) await git.writeCommit(commit);
      return {
        async work() {
          for (const lock of locks) await git.push(rawRepo, lock);
        },
        answer: () => git.digestOf(rawRepo, locks),
        operations: () => locks.length,
      };
    },
  };
}

interface BareGit {
  writeCommit(commit: Uint8Array): Promise<void>;
  push(repo: RepoName, lock: Lock): Promise<void>;
  /** Where the lock branches of these stand on the forge, as git tells it. */
  digestOf(repo: RepoName, locks: readonly Lock[]): Promise<string>;
}

async function openBareGit(dir: string, gitUrl: string): Promise<BareGit> {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  const env = {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
  const git = (args: readonly string[]) => run('git', args, { env });
  const write = async (type: 'tree' | 'commit', content: Uint8Array): Promise<void> => {
    const writing = run('git', [`--git-dir=${dir}`, 'hash-object', '-w', '-t', type, '--stdin'], {
      env,
    });
    writing.child.stdin?.end(content);
    await writing;
  };
  await git(['init', '--quiet', '--bare', dir]);
  await write('tree', new Uint8Array());
  const urlOf = (repo: RepoName): string => `${gitUrl}/${repo}.git`;
  return {
    writeCommit: (commit) => write('commit', commit),
    async push(repo, { number, oid }) {
      const ref = lockRef(number);
      const lease = `--force-with-lease=${ref}:`;
      await git([`--git-dir=${dir}`, 'push', '--quiet', lease, urlOf(repo), `${oid}:${ref}`]);
    },
    async digestOf(repo, locks) {
      const refs = locks.map(({ number }) => lockRef(number));
      const { stdout } = await git(['ls-remote', urlOf(repo), ...refs]);
      const lines = stdout.trim().split('\n').sort();
      const wanted = locks.map(({ number, oid }) => `${oid}\t${lockRef(number)}`).sort();
      if (lines.join('\n') !== wanted.join('\n')) throw new Error(`${repo}: branches stand wrong`);
      return digest(lines);
    },
  };
}

/** A claim like a peer's; its signature is none, which the forge does not look at. */
function lockOf(seed: string, index: number): Lock {
  const number = IssueNumber.parse(index + 1);
  const commit = encodeLockCommit({
    record: {
      state: 'held',
      task: taskId(oursRepo, number),
      peer: PeerId.parse('12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'),
      account: Account.parse('bench'),
      former: [],
      epoch: Epoch.parse(1),
      attempt: 1,
      leaseMs: 60_000,
      nonce: Nonce.parse(bytesToHex(seededBytes(8, seed, 'nonce', index))),
      bodySha256: Sha256Hex.parse(bytesToHex(seededBytes(32, seed, 'body', index))),
    },
    parent: null,
    timeSeconds: 1_700_000_000,
    signature: seededBytes(64, seed, 'signature', index),
  });
  return { number, oid: commitOid(commit), commit };
}

async function startForge(dataDir: string): Promise<{ url: string; stop(): Promise<void> }> {
  // Built next to this file, or run from the source where the packages are too.
  const type = extname(import.meta.url);
  const program = fileURLToPath(new URL(`forge-process${type}`, import.meta.url));
  const names = [oursRepo, rawRepo].map((repo) => repo.replace('bench/', ''));
  const child = fork(program, [dataDir, token, ...names], {
    execArgv: type === '.ts' ? ['--conditions=bzzz-source'] : [],
  });
  const exited = once(child, 'exit');
  const [told]: unknown[] = await Promise.race([once(child, 'message'), exited]);
  if (!isStarted(told)) throw new Error('the forge did not start');
  return {
    url: told.url,
    async stop() {
      child.disconnect();
      await exited;
    },
  };
}

function isStarted(told: unknown): told is ForgeStarted {
  return typeof told === 'object' && told !== null && 'url' in told && typeof told.url === 'string';
}
