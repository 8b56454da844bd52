/** The parts of GitHub's answers that are used. Everything else is dropped. */
import {
  Account,
  Association,
  BzzzError,
  complaints,
  type Issue,
  IssueNumber,
  limits,
  Oid,
} from '@bzzz/protocol';
import { z } from 'zod';

const User = z.object({ login: Account });
/** GitHub shows work of deleted accounts as that of `ghost`. */
const MaybeUser = User.nullish().transform((user) => user?.login ?? Account.parse('ghost'));
const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

export const UserAnswer = User;

export const RepositoryAnswer = z.object({ default_branch: z.string().min(1).max(255) });

export const IssueRow = z.object({
  number: IssueNumber,
  title: z.string(),
  body: Text,
  state: z.enum(['open', 'closed']),
  labels: z.array(z.union([z.string(), z.object({ name: Text })])),
  assignees: z.array(User).nullish(),
  user: MaybeUser,
  // A word that is not known yet gives no rights.
  author_association: Association.catch('NONE'),
  updated_at: z.iso.datetime({ offset: true }),
  comments: z.int().min(0).nullish(),
  /** Issue dependencies, where the forge has them; `blocked_by` counts those that are open. */
  issue_dependencies_summary: z
    .object({ blocked_by: z.int().min(0) })
    .nullish()
    .catch(null),
  /** There for pull requests only. */
  pull_request: z.unknown().optional(),
});
export type IssueRow = z.infer<typeof IssueRow>;

export const CommentRow = z.object({
  id: z.int().min(1),
  body: Text,
  user: MaybeUser,
  author_association: Association.catch('NONE'),
});
export type CommentRow = z.infer<typeof CommentRow>;

export const PullRow = z.object({
  number: z.int().min(1),
  state: z.enum(['open', 'closed']),
  draft: z.boolean().nullish(),
  merged_at: z.string().nullish(),
  title: z.string(),
  body: Text,
  html_url: z.string(),
  head: z.object({
    ref: z.string(),
    sha: Oid,
    repo: z.object({ full_name: z.string() }).nullish(),
  }),
});
export type PullRow = z.infer<typeof PullRow>;

/** Throws `forge_invalid_answer`. */
export function parseAnswer<S extends z.ZodType>(
  what: string,
  schema: S,
  data: unknown,
): z.output<S> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  throw new BzzzError('forge_invalid_answer', `${what}: ${complaints(result.error)}`);
}

/** Pull requests are issues too on GitHub, and come with them. */
export function isPullRequest(row: IssueRow): boolean {
  return (row.pull_request ?? null) !== null;
}

export function isTooLarge(row: IssueRow): boolean {
  return row.body.length > limits.bodyCharsMax;
}

/**
 * Throws `forge_issue_too_large`: a body that is cut would not be the one that was judged. Throws
 * `forge_not_found` for the number of a pull request, which is no task.
 */
export function issueOf(row: IssueRow): Issue {
  if (isPullRequest(row)) {
    throw new BzzzError('forge_not_found', `${row.number} is a pull request, not an issue`);
  }
  if (isTooLarge(row)) {
    throw new BzzzError(
      'forge_issue_too_large',
      `issue ${row.number} has ${row.body.length} characters, at most ${limits.bodyCharsMax}`,
    );
  }
  return {
    number: row.number,
    title: row.title,
    body: row.body,
    state: row.state,
    labels: row.labels.map((label) => (typeof label === 'string' ? label : label.name)),
    assignees: (row.assignees ?? []).map(({ login }) => login),
    author: row.user,
    association: row.author_association,
    updatedAtMs: Date.parse(row.updated_at),
    comments: row.comments ?? 0,
    blockedByOpen: row.issue_dependencies_summary?.blocked_by ?? 0,
  };
}
