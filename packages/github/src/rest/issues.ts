/** Issues: the poll, the read, assignees and labels. */
import type { IssueCursor, IssuePoll } from '@bzzz/coordination';
import type { Account, Issue, IssueNumber, RepoName } from '@bzzz/protocol';
import { z } from 'zod';
import { createBoundedMap } from '../bounded-map.ts';
import type { StatsKeeper } from '../stats.ts';
import type { Rest } from './client.ts';
import type { ConditionalReader } from './conditional.ts';
import { followPages } from './pages.ts';
import { IssueRow, isPullRequest, isTooLarge, issueOf, parseAnswer } from './schemas.ts';

export interface IssueApi {
  poll(repo: RepoName, cursor: IssueCursor | null, signal: AbortSignal): Promise<IssuePoll>;
  read(repo: RepoName, number: IssueNumber, signal: AbortSignal): Promise<Issue>;
  assign(at: At, account: Account, signal: AbortSignal): Promise<{ written: boolean }>;
  unassign(at: At, account: Account, signal: AbortSignal): Promise<{ written: boolean }>;
  addLabel(at: At, label: string, signal: AbortSignal): Promise<{ written: boolean }>;
}

export interface At {
  readonly repo: RepoName;
  readonly number: IssueNumber;
}

export interface IssueDeps {
  readonly rest: Rest;
  readonly conditional: ConditionalReader;
  readonly stats: StatsKeeper;
}

const issuePath = '/repos/{owner}/{repo}/issues/{issue_number}';
/** Tasks of which is remembered that the forge did not take our assignment. */
const ignoredMax = 4096;

export function createIssueApi(
  deps: IssueDeps,
  options: { readonly sinceOverlapMs: number },
): IssueApi {
  const { rest, conditional } = deps;
  const ignored = createBoundedMap<true>(ignoredMax);

  const read: IssueApi['read'] = async (repo, number, signal) => {
    const parameters = issueParameters({ repo, number });
    const parse = (data: unknown): Issue => issueOf(parseAnswer(`issue ${number}`, IssueRow, data));
    return await conditional.read({ route: `GET ${issuePath}`, parameters, signal }, parse);
  };

  return {
    poll: (repo, cursor, signal) => poll(deps, options.sinceOverlapMs, { repo, cursor, signal }),
    read,

    async assign(at, account, signal) {
      const key = `${at.repo}#${at.number} ${account}`;
      if (ignored.get(key) === true) return { written: false };
      const issue = await read(at.repo, at.number, signal);
      if (isAmong(issue.assignees, account)) return { written: false };
      const parameters = { ...issueParameters(at), assignees: [account] };
      const answer = await rest.write({ route: `POST ${issuePath}/assignees`, parameters, signal });
      const after = issueOf(parseAnswer('assignees', IssueRow, answer.data));
      const written = isAmong(after.assignees, account);
      // GitHub says 201 and does nothing when the account may not be assigned here. Saying it
      // again at every renewal would only use up the account's rate.
      if (!written) ignored.set(key, true);
      return { written };
    },

    async unassign(at, account, signal) {
      const issue = await read(at.repo, at.number, signal);
      if (!isAmong(issue.assignees, account)) return { written: false };
      const parameters = { ...issueParameters(at), assignees: [account] };
      await rest.write({ route: `DELETE ${issuePath}/assignees`, parameters, signal });
      return { written: true };
    },

    async addLabel(at, label, signal) {
      const issue = await read(at.repo, at.number, signal);
      if (isAmong(issue.labels, label)) return { written: false };
      const parameters = { ...issueParameters(at), labels: [label] };
      await rest.write({ route: `POST ${issuePath}/labels`, parameters, signal });
      return { written: true };
    },
  };
}

/**
 * One conditional request when nothing changed. The first poll asks for what is open; later ones
 * for everything that changed since, with an overlap, because a list may show a change after a
 * later one. Newest first: whatever changes while pages are read moves to the front, where the next
 * poll finds it, and pushes nothing past the reader.
 */
async function poll(
  deps: IssueDeps,
  overlapMs: number,
  request: { repo: RepoName; cursor: IssueCursor | null; signal: AbortSignal },
): Promise<IssuePoll> {
  const { repo, signal } = request;
  const cursor = request.cursor ?? { etag: null, since: null };
  const scope = cursor.since === null ? { state: 'open' } : { state: 'all', since: cursor.since };
  const parameters = {
    ...repoParameters(repo),
    ...scope,
    sort: 'updated',
    direction: 'desc',
    per_page: 100,
  };
  const route = 'GET /repos/{owner}/{repo}/issues';
  const first = await deps.rest.read({ route, parameters, etag: cursor.etag, signal });
  if (first.status === 304) return { changed: [], cursor };
  const rows = await followPages(deps.rest, first, { what: 'issues', row: IssueRow, signal });
  const since = nextSince(cursor.since, rows, overlapMs);
  // An ETag belongs to one URL, and `since` is part of it.
  const etag = z.string().safeParse(first.headers['etag']).data ?? null;
  return {
    changed: rows.filter((row) => !isPullRequest(row)).flatMap((row) => fitting(deps, row)),
    cursor: { etag: since === cursor.since ? etag : null, since },
  };
}

/** One issue that is too large must not hide the others. */
function fitting(deps: IssueDeps, row: IssueRow): Issue[] {
  if (!isTooLarge(row)) return [issueOf(row)];
  deps.stats.count('issuesLeftOut');
  return [];
}

function nextSince(since: string | null, rows: readonly IssueRow[], overlapMs: number) {
  const newestMs = Math.max(...rows.map((row) => Date.parse(row.updated_at)));
  if (!Number.isFinite(newestMs)) return since;
  const reachMs = Math.max(0, newestMs - overlapMs);
  return since !== null && Date.parse(since) >= reachMs ? since : new Date(reachMs).toISOString();
}

/** Logins and labels are the same in any case. */
function isAmong(names: readonly string[], name: string): boolean {
  return names.some((one) => one.toLowerCase() === name.toLowerCase());
}

export function repoParameters(name: RepoName): { owner: string; repo: string } {
  const [owner = '', repo = ''] = name.split('/');
  return { owner, repo };
}

export function issueParameters(at: At) {
  return { ...repoParameters(at.repo), issue_number: at.number };
}
