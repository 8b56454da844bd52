import type { Clock, Forge } from '@bzzz/coordination';
import { type Account, IssueNumber } from '@bzzz/protocol';
import { systemClock } from './clock.ts';
import { createGitRunner } from './git/process.ts';
import { createRemote } from './git/remote.ts';
import { createRepositories } from './git/repositories.ts';
import { type GithubOptions, settingsOf } from './options.ts';
import { createAssociationApi } from './rest/associations.ts';
import { createRest } from './rest/client.ts';
import { createCommentApi } from './rest/comments.ts';
import { createConditionalReader } from './rest/conditional.ts';
import { createIssueApi } from './rest/issues.ts';
import { createPullRequestApi } from './rest/pull-requests.ts';
import { createGraphql } from './rest/graphql.ts';
import { createHistoryApi } from './rest/history.ts';
import { createRemarkApi } from './rest/remarks.ts';
import { createReadyApi } from './rest/ready.ts';
import { createReviewApi } from './rest/review.ts';
import { whoami } from './rest/whoami.ts';
import { createStats, type GithubStats } from './stats.ts';
import type { TokenSource } from './token/source.ts';

export interface GithubForge extends Forge {
  stats(): GithubStats;
  /** Cancels what is under way (`aborted`) and ends its git processes. Idempotent. */
  close(): Promise<void>;
}

export interface GithubDeps {
  readonly token: TokenSource;
  /** Default: the machine's own. */
  readonly clock?: Clock;
}

interface CallOptions {
  readonly signal?: AbortSignal;
}

/**
 * GitHub, GitHub Enterprise or the embedded forge behind the port: REST by Octokit, git by the
 * system's git. Throws `config_invalid` for URLs that cannot be.
 *
 * Beside what the port says, methods throw `forge_invalid_answer`, `forge_refused`,
 * `forge_issue_too_large`, `git_unusable` and `git_failed`; `push` also `lock_malformed` and
 * `git_object_missing`.
 */
export function createGithubForge(deps: GithubDeps, options: GithubOptions): GithubForge {
  const settings = settingsOf(options);
  const clock = deps.clock ?? systemClock;
  const stats = createStats();
  const { token } = deps;
  const rest = createRest({ clock, token, stats }, settings);
  const conditional = createConditionalReader(rest);
  const issues = createIssueApi({ rest, conditional, stats }, settings);
  const comments = createCommentApi({ rest, conditional, clock }, settings);
  const pulls = createPullRequestApi({ rest, conditional, clock }, settings);
  const graphql = createGraphql({ rest }, settings);
  const ready = createReadyApi({ rest, graphql });
  const history = createHistoryApi({ graphql });
  const reviews = createReviewApi({ graphql });
  const remarks = createRemarkApi({ rest });
  const associations = createAssociationApi({ rest, clock });
  const runGit = createGitRunner();
  const remote = createRemote({ runGit, token, stats }, settings);
  const repositories = createRepositories({ runGit, remote }, settings);

  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  /** Every call ends when its caller or the forge is done with it, and `close` waits for it. */
  const call = async <T>(
    options: CallOptions | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const signal = AbortSignal.any([closing.signal, ...(options?.signal ? [options.signal] : [])]);
    const promise = work(signal);
    running.add(promise);
    try {
      return await promise;
    } finally {
      running.delete(promise);
    }
  };

  let self: { readonly token: string; readonly account: Account } | undefined;
  const account = async (signal: AbortSignal): Promise<Account> => {
    const current = await token.get({ signal });
    if (self?.token === current) return self.account;
    self = { token: current, account: await whoami({ rest, graphql }, signal) };
    return self.account;
  };

  return {
    account: (options) => call(options, account),
    pollIssues: (repo, cursor, options) =>
      call(options, (signal) => issues.poll(repo, cursor, signal)),
    readIssue: (repo, number, options) =>
      call(options, (signal) => issues.read(repo, number, signal)),
    readRemarks: (repo, number, options) =>
      call(options, (signal) => remarks.read({ repo, number }, signal)),
    readHistory: (repo, number, options) =>
      call(options, (signal) => history.read({ repo, number }, signal)),
    readAssociation: (repo, of, options) =>
      call(options, (signal) => associations.read(repo, of, signal)),
    readBase: (repo, options) => call(options, (signal) => repositories.readBase(repo, signal)),
    readFence: (repo, number, options) =>
      call(options, (signal) => repositories.readFence(repo, number, signal)),
    push: (repo, push, options) => call(options, (signal) => repositories.push(repo, push, signal)),
    readWork: (repo, work, base, options) =>
      call(options, (signal) => repositories.readWork(repo, work, base, signal)),
    rebaseWork: (repo, work, base, options) =>
      call(options, (signal) => repositories.rebaseWork(repo, work, base, signal)),
    listBranches: (repo, options) =>
      call(options, (signal) => repositories.listBranches(repo, signal)),
    deleteBranches: (repo, branches, options) =>
      call(options, (signal) => repositories.deleteBranches(repo, branches, signal)),
    shareAccount: (peers) => rest.shareAccount(peers),
    assign: (repo, number, options) =>
      call(options, async (signal) =>
        issues.assign({ repo, number }, await account(signal), signal),
      ),
    unassign: (repo, number, options) =>
      call(options, async (signal) =>
        issues.unassign({ repo, number }, await account(signal), signal),
      ),
    putComment: (repo, number, body, options) =>
      call(options, async (signal) =>
        comments.put({ repo, number }, await account(signal), body, signal, options?.unlessSaid),
      ),
    addLabel: (repo, number, label, options) =>
      call(options, (signal) => issues.addLabel({ repo, number }, label, signal)),
    findPullRequests: (repo, number, options) =>
      call(options, (signal) => pulls.find({ repo, number }, signal)),
    readReview: (repo, pullRequest, options) =>
      call(options, (signal) => reviews.read({ repo, pullRequest }, options ?? {}, signal)),
    putPullRequest: (repo, number, text, options) =>
      call(options, (signal) => pulls.put({ repo, number }, text, signal)),
    // To its comments a pull request is an issue like any other.
    putVerdicts: (repo, pullRequest, body, options) =>
      call(options, async (signal) => {
        const at = { repo, number: IssueNumber.parse(pullRequest) };
        return comments.put(at, await account(signal), body, signal);
      }),
    markReady: (repo, at, options) => call(options, (signal) => ready.markReady(repo, at, signal)),
    markDraft: (repo, pullRequest, options) =>
      call(options, (signal) => ready.markDraft(repo, pullRequest, signal)),

    stats: () => stats.snapshot(),
    async close() {
      closing.abort();
      await Promise.allSettled(running);
    },
  };
}
