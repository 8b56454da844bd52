/** The one pull request of a task, by the branch that it comes from. */
import type { Clock, PullRequest, PullRequestText, Put } from '@bzzz/coordination';
import { type BzzzError, isBzzzError, type RepoName, resultRef } from '@bzzz/protocol';
import { sleep } from '../abort.ts';
import { createKeyedLock } from '../keyed-lock.ts';
import type { Rest } from './client.ts';
import type { ConditionalReader } from './conditional.ts';
import { type At, repoParameters } from './issues.ts';
import { followPages } from './pages.ts';
import { bodyOf, bodyWith } from './pull-text.ts';
import { parseAnswer, PullRow, RepositoryAnswer } from './schemas.ts';
import { isSameText } from './text.ts';

export interface PullRequestApi {
  find(at: At, signal: AbortSignal): Promise<readonly PullRequest[]>;
  put(at: At, text: PullRequestText, signal: AbortSignal): Promise<Put>;
}

type Creation =
  | { readonly kind: 'made'; readonly put: Put }
  | { readonly kind: 'refused'; readonly error: BzzzError };

const listPath = '/repos/{owner}/{repo}/pulls';
const lagReads = 3;

export interface PullRequestDeps {
  readonly rest: Rest;
  readonly conditional: ConditionalReader;
  readonly clock: Clock;
}

export function createPullRequestApi(
  deps: PullRequestDeps,
  options: { readonly listLagMs: number },
): PullRequestApi {
  const { rest, conditional } = deps;
  const lock = createKeyedLock();
  /** Repositories whose plan has no drafts: there a pull request is opened as an ordinary one. */
  const withoutDrafts = new Set<RepoName>();

  const rowsOf = async (at: At, signal: AbortSignal): Promise<PullRow[]> => {
    const { owner, repo } = repoParameters(at.repo);
    const branch = branchOf(at);
    const parameters = {
      owner,
      repo,
      head: `${owner}:${branch}`,
      state: 'all',
      sort: 'created',
      direction: 'desc',
      per_page: 100,
    };
    const first = await rest.read({ route: `GET ${listPath}`, parameters, signal });
    const rows = await followPages(rest, first, { what: 'pull requests', row: PullRow, signal });
    // A head that GitHub cannot make sense of is not a filter at all.
    return rows.filter(({ head }) => head.ref === branch && isHere(head.repo?.full_name, at.repo));
  };

  const baseBranch = (repo: RepoName, signal: AbortSignal): Promise<string> =>
    conditional.read(
      { route: 'GET /repos/{owner}/{repo}', parameters: repoParameters(repo), signal },
      (data) => parseAnswer('repository', RepositoryAnswer, data).default_branch,
    );

  const create = async (at: At, text: PullRequestText, draft: boolean, signal: AbortSignal) => {
    const base = await baseBranch(at.repo, signal);
    const parameters = {
      ...repoParameters(at.repo),
      title: text.title,
      body: bodyOf(text.body),
      head: branchOf(at),
      base,
      draft,
    };
    const answer = await rest.write({ route: `POST ${listPath}`, parameters, signal });
    return { written: true, id: parseAnswer('pull request', PullRow, answer.data).number };
  };

  const createUnlessRefused = async (
    at: At,
    text: PullRequestText,
    draft: boolean,
    signal: AbortSignal,
  ): Promise<Creation> => {
    try {
      return { kind: 'made', put: await create(at, text, draft, signal) };
    } catch (error) {
      if (!isBzzzError(error, 'forge_refused')) throw error;
      return { kind: 'refused', error };
    }
  };

  /** What people wrote there stays. */
  const adopt = async (at: At, row: PullRow, text: PullRequestText, signal: AbortSignal) => {
    const body = bodyWith(row.body, text.body);
    if (isSameText(row.body, body)) return { written: false, id: row.number };
    const parameters = { ...repoParameters(at.repo), pull_number: row.number, body };
    await rest.write({ route: `PATCH ${listPath}/{pull_number}`, parameters, signal });
    return { written: true, id: row.number };
  };

  /** One a task, ever: what people closed or merged is not opened again behind their backs. */
  const settle = async (at: At, row: PullRow, text: PullRequestText, signal: AbortSignal) =>
    row.state === 'open' ? await adopt(at, row, text, signal) : { written: false, id: row.number };

  /** Reads the list until it shows one, or a lag is no excuse any more. */
  const lagging = async (at: At, signal: AbortSignal): Promise<PullRow | undefined> => {
    for (let reads = 0; reads < lagReads; reads += 1) {
      await sleep(deps.clock, options.listLagMs / lagReads, signal);
      const [newest] = await rowsOf(at, signal);
      if (newest !== undefined) return newest;
    }
    return undefined;
  };

  /**
   * A 422 is "there is one already", "no drafts here" or "nothing to pull", told apart only by
   * words. So by state: look again, adopt what is there, else try once without draft.
   */
  const put: PullRequestApi['put'] = async (at, text, signal) => {
    const [newest] = await rowsOf(at, signal);
    if (newest !== undefined) return await settle(at, newest, text, signal);
    const draft = !withoutDrafts.has(at.repo);
    const first = await createUnlessRefused(at, text, draft, signal);
    if (first.kind === 'made') return first.put;
    const [existing] = await rowsOf(at, signal);
    if (existing !== undefined) return await settle(at, existing, text, signal);
    const second = draft ? await createUnlessRefused(at, text, false, signal) : first;
    if (second.kind === 'made') {
      withoutDrafts.add(at.repo);
      return second.put;
    }
    const late = await lagging(at, signal);
    if (late === undefined) throw second.error;
    return await settle(at, late, text, signal);
  };

  return {
    async find(at, signal) {
      return (await rowsOf(at, signal)).map(pullRequestOf);
    },
    put: (at, text, signal) =>
      lock.run(`${at.repo}#${at.number}`, signal, () => put(at, text, signal)),
  };
}

function branchOf(at: At): string {
  return resultRef(at.number).replace('refs/heads/', '');
}

function isHere(fullName: string | undefined, repo: RepoName): boolean {
  return fullName?.toLowerCase() === repo.toLowerCase();
}

function pullRequestOf(row: PullRow): PullRequest {
  const isMerged = row.merged_at !== null && row.merged_at !== undefined;
  return {
    number: row.number,
    state: isMerged ? 'merged' : row.state,
    draft: row.draft ?? false,
    head: row.head.sha,
    url: row.html_url,
  };
}
