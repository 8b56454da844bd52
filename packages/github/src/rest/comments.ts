/**
 * The one comment of bzzz on an issue: found by a marker, edited in place.
 *
 * GitHub has no put-if-absent, and its list of comments may lag, so two rules keep it one comment:
 *
 * 1. After a POST without an answer none is written before the list was read beyond the lag.
 * 2. Two peers may still each write one, when the second comes within the lag. The oldest that our
 *    account may edit is the one that goes on, whoever wrote it, and what our account wrote beside it
 *    is deleted. So after a POST the list is read at each put, until one read was beyond the lag.
 */
import type { Clock, Put } from '@bzzz/coordination';
import { type Account, BzzzError, isBzzzError } from '@bzzz/protocol';
import { sleep } from '../abort.ts';
import { createBoundedMap } from '../bounded-map.ts';
import { createKeyedLock } from '../keyed-lock.ts';
import type { Rest } from './client.ts';
import type { ConditionalReader } from './conditional.ts';
import { type At, issueParameters, repoParameters } from './issues.ts';
import { followPages } from './pages.ts';
import { CommentRow, parseAnswer } from './schemas.ts';
import { isSameText } from './text.ts';

export interface CommentApi {
  /** `unlessSaid`: a comment that holds these words stays as it is. */
  put(
    at: At,
    account: Account,
    body: string,
    signal: AbortSignal,
    unlessSaid?: string,
  ): Promise<Put>;
}

export interface CommentDeps {
  readonly rest: Rest;
  readonly conditional: ConditionalReader;
  readonly clock: Clock;
}

/** First line of the comment; GitHub does not show it. */
export const commentMarker = '<!-- bzzz:task -->';

const commentPath = '/repos/{owner}/{repo}/issues/comments/{comment_id}';
const listPath = '/repos/{owner}/{repo}/issues/{issue_number}/comments';
const knownMax = 4096;
const lagReads = 3;
/** Who may write into the repository may well run a peer; anybody else's marker is a forgery. */
export const peersOf: ReadonlySet<string> = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);
/** A POST that was answered so had no effect; after any other failure it may have had. */
const refusals = new Set([
  'forge_refused',
  'forge_not_found',
  'forge_unauthorized',
  'forge_rate_limited',
]);

interface Job {
  readonly at: At;
  readonly key: string;
  readonly account: Account;
  readonly text: string;
  readonly unlessSaid: string | undefined;
  readonly signal: AbortSignal;
}

interface Known {
  /** The comment that goes on. Null: we have posted one, and heard nothing of it. */
  readonly id: number | null;
  /** Monotonic: until then the list may not show what we posted, or what came before it. */
  readonly doubtUntilMs: number | null;
}

interface Look {
  /** Oldest first. */
  readonly rows: readonly CommentRow[];
  readonly doubtUntilMs: number | null;
}

export function createCommentApi(
  deps: CommentDeps,
  options: { readonly listLagMs: number },
): CommentApi {
  const { rest, conditional, clock } = deps;
  const knowns = createBoundedMap<Known>(knownMax);
  const lock = createKeyedLock();

  const readKnown = async (
    { at, signal }: Job,
    id: number | null = null,
  ): Promise<CommentRow | null> => {
    if (id === null) return null;
    const parameters = { ...repoParameters(at.repo), comment_id: id };
    const parse = (data: unknown): CommentRow => parseAnswer('comment', CommentRow, data);
    try {
      return await conditional.read({ route: `GET ${commentPath}`, parameters, signal }, parse);
    } catch (error) {
      // Deleted by somebody: found again by its marker, or written anew.
      if (isBzzzError(error, 'forge_not_found')) return null;
      throw error;
    }
  };

  const listed = async ({ at, account, signal }: Job): Promise<CommentRow[]> => {
    const parameters = { ...issueParameters(at), per_page: 100 };
    const first = await rest.read({ route: `GET ${listPath}`, parameters, signal });
    const rows = await followPages(rest, first, { what: 'comments', row: CommentRow, signal });
    return rows.filter(
      (row) =>
        row.body.startsWith(commentMarker) &&
        (row.user === account || peersOf.has(row.author_association)),
    );
  };

  /** What the list shows, and the comment that we know, which it may not show yet. */
  const look = async (job: Job, known: Known | undefined): Promise<Look> => {
    const sinceMs = clock.monotonicMs();
    const rows = await listed(job);
    const isListed = rows.some(({ id }) => id === known?.id);
    const unlisted = isListed ? null : await readKnown(job, known?.id);
    if (unlisted !== null) rows.push(unlisted);
    const doubtUntilMs = known?.doubtUntilMs ?? null;
    const isOver = doubtUntilMs === null || sinceMs >= doubtUntilMs;
    return {
      rows: rows.toSorted((one, other) => one.id - other.id),
      doubtUntilMs: isOver ? null : doubtUntilMs,
    };
  };

  /** Looks until what we posted is there, or a lag is no excuse any more. */
  const lookBeyondLag = async (job: Job, known: Known | undefined): Promise<Look> => {
    const isOurs = (row: CommentRow): boolean => row.user === job.account;
    let seen = await look(job, known);
    const restMs = Math.max(0, (seen.doubtUntilMs ?? 0) - clock.monotonicMs());
    for (let reads = 0; reads < lagReads && seen.doubtUntilMs !== null; reads += 1) {
      if (seen.rows.some(isOurs)) break;
      await sleep(clock, restMs / lagReads, job.signal);
      seen = await look(job, known);
    }
    return seen;
  };

  /** Null: it is gone, or belongs to another account and ours may not edit it. */
  const update = async (job: Job, row: CommentRow): Promise<Put | null> => {
    const { at, text, unlessSaid, signal } = job;
    const isSaid = unlessSaid !== undefined && row.body.includes(unlessSaid);
    if (isSaid || isSameText(row.body, text)) return { written: false, id: row.id };
    const parameters = { ...repoParameters(at.repo), comment_id: row.id, body: text };
    try {
      await rest.write({ route: `PATCH ${commentPath}`, parameters, signal });
      return { written: true, id: row.id };
    } catch (error) {
      const isForeign = row.user !== job.account;
      if (isForeign && isBzzzError(error, 'forge_unauthorized')) return null;
      // A list that lags shows what was deleted.
      if (isBzzzError(error, 'forge_not_found')) return null;
      throw error;
    }
  };

  /** Takes our own further ones away. What the forge refuses stays: the word itself is out. */
  const keepOnly = async (job: Job, id: number, { rows }: Look): Promise<boolean> => {
    const others = rows.filter((row) => row.user === job.account && row.id !== id);
    for (const other of others) {
      const parameters = { ...repoParameters(job.at.repo), comment_id: other.id };
      try {
        await rest.write({ route: `DELETE ${commentPath}`, parameters, signal: job.signal });
      } catch (error) {
        if (!(error instanceof BzzzError) || error.retryable) throw error;
      }
    }
    return others.length > 0;
  };

  const create = async ({ at, key, text, signal }: Job): Promise<Put> => {
    const parameters = { ...issueParameters(at), body: text };
    const remember = (id: number | null): void =>
      knowns.set(key, { id, doubtUntilMs: clock.monotonicMs() + options.listLagMs });
    try {
      const answer = await rest.write({ route: `POST ${listPath}`, parameters, signal });
      const { id } = parseAnswer('comment', CommentRow, answer.data);
      remember(id);
      return { written: true, id };
    } catch (error) {
      if (!(error instanceof BzzzError) || !refusals.has(error.code)) remember(null);
      throw error;
    }
  };

  const put = async (job: Job): Promise<Put> => {
    const known = knowns.get(job.key);
    if (known?.doubtUntilMs === null) {
      const row = await readKnown(job, known.id);
      const done = row === null ? null : await update(job, row);
      if (done !== null) return done;
    }
    const seen = await lookBeyondLag(job, known);
    for (const row of seen.rows) {
      const done = await update(job, row);
      if (done === null) continue;
      const hadOthers = await keepOnly(job, done.id, seen);
      knowns.set(job.key, { id: done.id, doubtUntilMs: hadOthers ? null : seen.doubtUntilMs });
      return done;
    }
    return await create(job);
  };

  return {
    put(at, account, body, signal, unlessSaid) {
      const key = `${at.repo}#${at.number}`;
      const job = { at, key, account, text: `${commentMarker}\n${body}`, unlessSaid, signal };
      // One at a time an issue: two that find no comment would each write one.
      return lock.run(key, signal, () => put(job));
    },
  };
}
