/** The one comment of bzzz on an issue: found by a marker, edited in place. */
import type { Put } from '@bzzz/coordination';
import { type Account, BzzzError, isBzzzError } from '@bzzz/protocol';
import { createBoundedMap } from '../bounded-map.ts';
import { createKeyedLock } from '../keyed-lock.ts';
import type { Rest } from './client.ts';
import type { ConditionalReader } from './conditional.ts';
import { type At, issueParameters, repoParameters } from './issues.ts';
import { followPages } from './pages.ts';
import { CommentRow, parseAnswer } from './schemas.ts';
import { isSameText } from './text.ts';

export interface CommentApi {
  put(at: At, account: Account, body: string, signal: AbortSignal): Promise<Put>;
}

/** First line of the comment; GitHub does not show it. */
export const commentMarker = '<!-- bzzz:task -->';

const commentPath = '/repos/{owner}/{repo}/issues/comments/{comment_id}';
const listPath = '/repos/{owner}/{repo}/issues/{issue_number}/comments';
const knownMax = 4096;
/** Who may write into the repository may well run a peer; anybody else's marker is a forgery. */
const peersOf = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);

export function createCommentApi(deps: {
  readonly rest: Rest;
  readonly conditional: ConditionalReader;
}): CommentApi {
  const { rest, conditional } = deps;
  const knownIds = createBoundedMap<number>(knownMax);
  const lock = createKeyedLock();

  const readKnown = async (at: At, id: number, signal: AbortSignal): Promise<CommentRow | null> => {
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

  /** Our own before one that another account of the mesh wrote; the oldest of either. */
  const candidates = async (at: At, account: Account, signal: AbortSignal) => {
    const parameters = { ...issueParameters(at), per_page: 100 };
    const first = await rest.read({ route: `GET ${listPath}`, parameters, signal });
    const rows = await followPages(rest, first, { what: 'comments', row: CommentRow, signal });
    const marked = rows.filter((row) => row.body.startsWith(commentMarker));
    const own = marked.filter((row) => row.user === account);
    const others = marked.filter(
      (row) => row.user !== account && peersOf.has(row.author_association),
    );
    return [...own, ...others];
  };

  const update = async (at: At, row: CommentRow, text: string, signal: AbortSignal) => {
    if (isSameText(row.body, text)) return { written: false, id: row.id };
    const parameters = { ...repoParameters(at.repo), comment_id: row.id, body: text };
    await rest.write({ route: `PATCH ${commentPath}`, parameters, signal });
    return { written: true, id: row.id };
  };

  const create = async (at: At, text: string, signal: AbortSignal): Promise<Put> => {
    const parameters = { ...issueParameters(at), body: text };
    const answer = await rest.write({ route: `POST ${listPath}`, parameters, signal });
    return { written: true, id: parseAnswer('comment', CommentRow, answer.data).id };
  };

  const put: CommentApi['put'] = async (at, account, body, signal) => {
    const key = `${at.repo}#${at.number}`;
    const text = `${commentMarker}\n${body}`;
    const known = knownIds.get(key);
    const row = known === undefined ? null : await readKnown(at, known, signal);
    if (row !== null) return await update(at, row, text, signal);
    for (const found of await candidates(at, account, signal)) {
      const done = await updateIfAllowed(() => update(at, found, text, signal), found, account);
      if (done === null) continue;
      knownIds.set(key, done.id);
      return done;
    }
    const made = await create(at, text, signal);
    knownIds.set(key, made.id);
    return made;
  };

  return {
    put: (at, account, body, signal) =>
      // One at a time an issue: two that find no comment would each write one.
      lock.run(`${at.repo}#${at.number}`, signal, () => put(at, account, body, signal)),
  };
}

/** Null: the comment belongs to another account, and ours may not edit it. */
async function updateIfAllowed(
  update: () => Promise<Put>,
  row: CommentRow,
  account: Account,
): Promise<Put | null> {
  try {
    return await update();
  } catch (error) {
    const isForeign = row.user !== account;
    if (isForeign && error instanceof BzzzError && error.code === 'forge_unauthorized') return null;
    throw error;
  }
}
