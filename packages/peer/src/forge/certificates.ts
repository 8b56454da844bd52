/** The certificates that stand in the comments of a pull request; what they are worth is for others to say. */
import { BzzzError, complaints, Oid, type RepoName } from '@bzzz/protocol';
import { z } from 'zod';
import { exchange, refusal, type RestDeps } from './rest.ts';

export interface FoundCertificates {
  /** The commit that the pull request stands at now. */
  readonly head: Oid;
  /** Comments with a certificate in them, oldest first. */
  readonly texts: readonly string[];
}

const Pull = z.object({ head: z.object({ sha: Oid }) });
const Comments = z.array(z.object({ body: z.string().nullish() }));

const perPage = 100;
/** Nobody reads further than this for one. */
const pagesMax = 20;

/**
 * Throws `forge_not_found` (no such pull request), `forge_unreachable`, `forge_unauthorized`,
 * `forge_rate_limited`, `forge_refused`, `forge_invalid_answer`, `aborted`.
 */
export async function readCertificates(
  deps: RestDeps,
  { repo, pullRequest }: { readonly repo: RepoName; readonly pullRequest: number },
  options: { signal?: AbortSignal } = {},
): Promise<FoundCertificates> {
  async function read<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
    const answer = await exchange(deps, { method: 'GET', path, ...options });
    if (answer.status !== 200) throw refusal(answer, `reading ${repo}#${pullRequest}`);
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    throw new BzzzError('forge_invalid_answer', complaints(parsed.error));
  }

  const { head } = await read(`/repos/${repo}/pulls/${pullRequest}`, Pull);
  const texts: string[] = [];
  for (let page = 1; page <= pagesMax; page += 1) {
    const path = `/repos/${repo}/issues/${pullRequest}/comments?per_page=${perPage}&page=${page}`;
    const comments = await read(path, Comments);
    for (const { body } of comments) if (body?.includes(marker) === true) texts.push(body);
    if (comments.length < perPage) break;
  }
  return { head: head.sha, texts };
}

const marker = 'BEGIN BZZZ CERTIFICATE';
