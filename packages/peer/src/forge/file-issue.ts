import { BzzzError, complaints, isBzzzError, IssueNumber, type RepoName } from '@bzzz/protocol';
import { z } from 'zod';
import { exchange, refusal, type RestDeps } from './rest.ts';

export interface NewIssue {
  readonly repo: RepoName;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
}

export interface FiledIssue {
  readonly number: IssueNumber;
  readonly url: string;
  /** Labels that the forge left out without a word: the account may not label there. */
  readonly labelsMissing: readonly string[];
}

const Answer = z.object({
  number: IssueNumber,
  html_url: z.string(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string() })])),
});

/**
 * Files an issue as the account of the token. Sent once: no answer may mean that it was filed.
 * Throws `forge_unreachable`, `forge_unauthorized`, `forge_not_found`, `forge_refused`,
 * `forge_rate_limited`, `forge_invalid_answer`, `aborted`.
 */
export async function fileIssue(
  deps: RestDeps,
  { repo, title, body, labels }: NewIssue,
  options: { signal?: AbortSignal } = {},
): Promise<FiledIssue> {
  const path = `/repos/${repo}/issues`;
  const request = { method: 'POST', path, body: { title, body, labels }, ...options } as const;
  const answer = await exchange(deps, request).catch((error: unknown) => {
    if (!isBzzzError(error, 'forge_unreachable')) throw error;
    const reason = `${error.reason}; look whether it was filed all the same`;
    throw new BzzzError('forge_unreachable', reason, { cause: error });
  });
  if (answer.status !== 201) throw refusal(answer, `filing an issue in ${repo}`);
  const parsed = Answer.safeParse(answer.body);
  if (!parsed.success) throw new BzzzError('forge_invalid_answer', complaints(parsed.error));
  const put = parsed.data.labels.map((label) => (typeof label === 'string' ? label : label.name));
  const had = new Set(put.map((name) => name.toLowerCase()));
  return {
    number: parsed.data.number,
    url: parsed.data.html_url,
    labelsMissing: labels.filter((label) => !had.has(label.toLowerCase())),
  };
}
