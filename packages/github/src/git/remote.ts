/** A repository on the forge as git sees it: its refs, its objects, and one push. */
import { Oid, type RepoName } from '@bzzz/protocol';
import { withoutToken, withToken } from '../credentials.ts';
import type { StatsKeeper } from '../stats.ts';
import type { TokenSource } from '../token-source.ts';
import { remoteGitEnvironment } from './environment.ts';
import { remoteFailure } from './failures.ts';
import type { Mirror } from './mirror.ts';
import type { GitOutcome, RunGit } from './process.ts';

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
  const urlOf = (repo: RepoName): string => `${options.gitUrl}/${repo}.git`;

  const run = (
    args: readonly string[],
    timeoutMs: number,
    signal: AbortSignal,
    isFailure: (outcome: GitOutcome) => boolean,
  ): Promise<GitOutcome> =>
    withToken(deps.token, async (token) => {
      const env = remoteGitEnvironment({ gitUrl: options.gitUrl, token });
      const raw = await deps.runGit({ args, env, timeoutMs, signal });
      const outcome = { ...raw, stderr: withoutToken(raw.stderr, token) };
      if (isFailure(outcome)) throw remoteFailure(outcome);
      return outcome;
    });

  const read = async (args: readonly string[], timeoutMs: number, signal: AbortSignal) => {
    deps.stats.count('gitReads');
    const outcome = await run(args, timeoutMs, signal, ({ exitCode }) => exitCode !== 0);
    return outcome.stdout.toString('utf8');
  };

  return {
    async head(repo, signal) {
      const args = ['ls-remote', '--symref', urlOf(repo), 'HEAD'];
      return parseHead(await read(args, options.gitTimeoutMs, signal));
    },
    async tips(repo, refs, signal) {
      const args = ['ls-remote', urlOf(repo), ...refs];
      const isAsked = (ref: string) => refs.includes(ref);
      return parseTips(await read(args, options.gitTimeoutMs, signal), isAsked);
    },
    async tipsUnder(repo, prefix, signal) {
      const args = ['ls-remote', urlOf(repo), `${prefix}*`];
      const isUnder = (ref: string) => ref.startsWith(prefix);
      return parseTips(await read(args, options.gitTimeoutMs, signal), isUnder);
    },
    async fetch(repo, mirror, refspec, signal) {
      const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
      const args = [`--git-dir=${mirror.dir}`, 'fetch', ...flags, urlOf(repo), refspec];
      await read(args, options.fetchTimeoutMs, signal);
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

function parseHead(text: string): { branch: string; oid: Oid } | null {
  const branch = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(text)?.[1];
  const oid = Oid.safeParse(/^([0-9a-f]{40})\tHEAD$/m.exec(text)?.[1]);
  return branch === undefined || !oid.success ? null : { branch, oid: oid.data };
}

/** `ls-remote` also matches refs that merely end like the pattern. */
function parseTips(text: string, isAsked: (ref: string) => boolean): Map<string, Oid> {
  const tips = new Map<string, Oid>();
  for (const line of text.split('\n')) {
    const [oid, ref] = line.split('\t');
    if (ref !== undefined && isAsked(ref)) tips.set(ref, Oid.parse(oid));
  }
  return tips;
}
