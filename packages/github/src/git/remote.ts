/** A repository on the forge as git sees it: its refs, its objects, and one push. */
import type { Oid, RepoName } from '@bzzz/protocol';
import { withoutToken, withToken } from '../credentials.ts';
import type { StatsKeeper } from '../stats.ts';
import type { TokenSource } from '../token/source.ts';
import { readCommit } from './commit-reader.ts';
import { remoteGitEnvironment, remoteGitSecret } from './environment.ts';
import { remoteFailure } from './failures.ts';
import type { Mirror } from './mirror.ts';
import type { GitOutcome, RunGit } from './process.ts';
import { readRefs, type Ref } from './ref-reader.ts';
import { createUploadPack } from './upload-pack.ts';

export interface RemoteDeps {
  readonly runGit: RunGit;
  readonly token: TokenSource;
  readonly stats: StatsKeeper;
}

export interface RemoteOptions {
  readonly gitUrl: string;
  readonly gitTimeoutMs: number;
  readonly fetchTimeoutMs: number;
}

export interface Remote {
  /** The default branch and its tip; null when the repository has no commit. */
  head(repo: RepoName, signal: AbortSignal): Promise<{ branch: string; oid: Oid } | null>;
  /** Tips of exactly these refs; absent ones are left out. */
  tips(repo: RepoName, refs: readonly string[], signal: AbortSignal): Promise<Map<string, Oid>>;
  /** Tips of all refs under this prefix, which ends in a slash. */
  tipsUnder(repo: RepoName, prefix: string, signal: AbortSignal): Promise<Map<string, Oid>>;
  /** The bytes of that commit; cut to one byte more than `commitBytesMax`. */
  commit(
    repo: RepoName,
    oid: Oid,
    commitBytesMax: number,
    signal: AbortSignal,
  ): Promise<Uint8Array>;
  fetch(repo: RepoName, mirror: Mirror, refspec: string, signal: AbortSignal): Promise<void>;
  /**
   * Runs `git push` and returns how that went, whatever it was; only a token that was turned down
   * and that has no successor is thrown (`forge_unauthorized`), since then nothing was sent.
   */
  push(
    repo: RepoName,
    mirror: Mirror,
    args: { readonly flags: readonly string[]; readonly refspecs: readonly string[] },
    signal: AbortSignal,
  ): Promise<GitOutcome>;
}

export function createRemote(deps: RemoteDeps, options: RemoteOptions): Remote {
  const uploadPack = createUploadPack(options);
  const urlOf = (repo: RepoName): string => `${options.gitUrl}/${repo}.git`;

  const run = (
    args: readonly string[],
    timeoutMs: number,
    signal: AbortSignal,
    isFailure: (outcome: GitOutcome) => boolean,
  ): Promise<GitOutcome> =>
    withToken(deps.token, signal, async (token) => {
      const { gitUrl } = options;
      const env = remoteGitEnvironment({ gitUrl });
      const secret = remoteGitSecret({ gitUrl, token });
      const raw = await deps.runGit({ args, env, secret, timeoutMs, signal });
      const outcome = { ...raw, stderr: withoutToken(raw.stderr, token) };
      if (isFailure(outcome)) throw remoteFailure(outcome);
      return outcome;
    });

  const refs = (repo: RepoName, prefixes: readonly string[], signal: AbortSignal) => {
    deps.stats.count('gitReads');
    return withToken(deps.token, signal, (token) =>
      readRefs(uploadPack, { repo, prefixes, token, signal }),
    );
  };

  return {
    async head(repo, signal) {
      const head = (await refs(repo, ['HEAD'], signal)).get('HEAD');
      const branch = /^refs\/heads\/(.+)$/.exec(head?.target ?? '')?.[1];
      return head === undefined || branch === undefined ? null : { branch, oid: head.oid };
    },
    async tips(repo, names, signal) {
      const found = await refs(repo, names, signal);
      return oidsOf(found, (name) => names.includes(name));
    },
    async tipsUnder(repo, prefix, signal) {
      return oidsOf(await refs(repo, [prefix], signal), () => true);
    },
    commit(repo, oid, commitBytesMax, signal) {
      deps.stats.count('gitReads');
      return withToken(deps.token, signal, (token) =>
        readCommit(uploadPack, { repo, oid, commitBytesMax, token, signal }),
      );
    },
    async fetch(repo, mirror, refspec, signal) {
      const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
      const args = [`--git-dir=${mirror.dir}`, 'fetch', ...flags, urlOf(repo), refspec];
      deps.stats.count('gitReads');
      await run(args, options.fetchTimeoutMs, signal, ({ exitCode }) => exitCode !== 0);
    },
    push(repo, mirror, { flags, refspecs }, signal) {
      deps.stats.count('gitPushes');
      const args = [`--git-dir=${mirror.dir}`, 'push', ...flags, urlOf(repo), ...refspecs];
      return run(args, options.gitTimeoutMs, signal, refusedToken);
    },
  };
}

function refusedToken(outcome: GitOutcome): boolean {
  return outcome.exchanges.at(-1)?.status === 401;
}

/** What begins like a name may be another one. */
function oidsOf(refs: ReadonlyMap<string, Ref>, isAsked: (name: string) => boolean) {
  const all = [...refs].filter(([name]) => isAsked(name));
  return new Map(all.map(([name, { oid }]) => [name, oid]));
}
