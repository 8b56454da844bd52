/** What the schema shows of a pull request: git's part, its checks, and what people said of it. */
import { checksOf } from '../gitdata/checks.ts';
import { checkRunUrl } from '../gitdata/check-runs.ts';
import type {
  CheckRunRow,
  CommentRow,
  IssueRow,
  PullRow,
  RepoRow,
  ReviewRow,
  StatusRow,
  UserRow,
} from '../store/rows.ts';
import { associationOf, mayUpdate } from '../tracker/access.ts';
import { isOutdated } from '../tracker/hunks.ts';
import { mergeabilityOf } from '../tracker/pull-git.ts';
import { isPending, lineCommentsOf } from '../tracker/review-rows.ts';
import type { World } from '../world.ts';
import type { GraphNode } from './execute.ts';
import { actorNode, connection } from './nodes.ts';

interface Pull {
  readonly repo: RepoRow;
  readonly pull: PullRow;
  readonly viewer: UserRow | null;
}

export function pullFields(world: World, at: Pull): GraphNode['fields'] {
  const { repo, pull, viewer } = at;
  const mergeable = async (): Promise<string> => {
    const found = await mergeabilityOf(world, repo, pull);
    if (found.mergeable === null) return 'UNKNOWN';
    return found.mergeable ? 'MERGEABLE' : 'CONFLICTING';
  };
  return {
    state: () => (pull.merged ? 'MERGED' : pull.state.toUpperCase()),
    isDraft: () => pull.draft,
    merged: () => pull.merged,
    mergedAt: () => pull.merged_at,
    mergeable,
    headRefName: () => pull.head_ref,
    headRefOid: () => pull.head_sha,
    baseRefName: () => pull.base_ref,
    baseRefOid: () => pull.base_sha,
    additions: () => pull.additions,
    deletions: () => pull.deletions,
    changedFiles: () => pull.changed_files,
    viewerCanUpdate: () => mayUpdate(world.tables, { repo, user: viewer }, pull),
    commits: async (args) => connection(await commitNodes(world, at), args, 'PullRequestCommit'),
    reviews: (args) => connection(reviewNodes(world, at), args, 'PullRequestReview'),
    reviewThreads: (args) => connection(threadNodes(world, at), args, 'PullRequestReviewThread'),
  };
}

/** Comments of an issue, or the plain ones of a pull request, oldest first. */
export function commentNodes(
  world: World,
  at: { readonly repo: RepoRow; readonly issue: IssueRow; readonly viewer: UserRow | null },
): GraphNode[] {
  return world.tables.comments
    .findBy('repo_id', at.repo.id)
    .filter((row) => row.comment_type === 'issue' && row.issue_number === at.issue.number)
    .toSorted((a, b) => a.id - b.id)
    .map((row) => ({
      type: 'IssueComment',
      fields: { ...saidFields(world, at, row), publishedAt: () => row.created_at },
    }));
}

/** What every piece of text that somebody wrote tells. */
function saidFields(
  world: World,
  at: { readonly repo: RepoRow; readonly viewer: UserRow | null },
  row: CommentRow | ReviewRow,
): GraphNode['fields'] {
  return {
    id: () => row.node_id,
    databaseId: () => row.id,
    body: () => row.body ?? '',
    createdAt: () => row.created_at,
    updatedAt: () => row.updated_at,
    lastEditedAt: () => row.last_edited_at ?? null,
    author: () => actorNode(world, row.user_id),
    authorAssociation: () => associationOf(world.tables, at.repo, row.user_id),
    viewerDidAuthor: () => row.user_id === at.viewer?.id,
  };
}

function reviewNodes(world: World, at: Pull): GraphNode[] {
  return world.tables.reviews
    .findBy('repo_id', at.repo.id)
    .filter((row) => row.pull_number === at.pull.number)
    .filter((row) => row.state !== 'PENDING' || row.user_id === at.viewer?.id)
    .toSorted((a, b) => a.id - b.id)
    .map((row) => ({
      type: 'PullRequestReview',
      fields: {
        ...saidFields(world, at, row),
        state: () => row.state,
        submittedAt: () => row.submitted_at,
        publishedAt: () => row.submitted_at,
      },
    }));
}

/** A thread is the comment that began it, and the answers. */
function threadNodes(world: World, at: Pull): GraphNode[] {
  const all = lineCommentsOf(world, at, at.viewer);
  const lineOf = async (row: CommentRow): Promise<number | null> =>
    (await isOutdated(world, at, row)) ? null : row.line;
  const commentNode = (row: CommentRow): GraphNode => {
    const pending = isPending(world, row);
    return {
      type: 'PullRequestReviewComment',
      fields: {
        ...saidFields(world, at, row),
        path: () => row.path ?? '',
        line: () => lineOf(row),
        originalLine: () => row.line,
        outdated: () => isOutdated(world, at, row),
        state: () => (pending ? 'PENDING' : 'SUBMITTED'),
        publishedAt: () => (pending ? null : row.created_at),
      },
    };
  };
  const roots = all.filter((row) => row.in_reply_to_id === null);
  return roots.map((root) => {
    const comments = all.filter((row) => row.id === root.id || row.in_reply_to_id === root.id);
    return {
      type: 'PullRequestReviewThread',
      fields: {
        path: () => root.path ?? '',
        line: () => lineOf(root),
        originalLine: () => root.line,
        isOutdated: () => isOutdated(world, at, root),
        isResolved: () => false,
        comments: (args) => connection(comments.map(commentNode), args, 'PullRequestReviewComment'),
      },
    };
  });
}

async function commitNodes(world: World, { repo, pull }: Pull): Promise<GraphNode[]> {
  const range = `${pull.base_sha}..${pull.head_sha}`;
  const ids = await world.git.text(repo.full_name, ['rev-list', '--reverse', range]);
  const commits = ids.split('\n').filter((id) => id !== '');
  return commits.map((oid) => ({
    type: 'PullRequestCommit',
    fields: {
      commit: () => ({
        type: 'Commit',
        fields: { oid: () => oid, statusCheckRollup: () => rollupNode(world, repo, oid) },
      }),
    },
  }));
}

function rollupNode(world: World, repo: RepoRow, oid: string): GraphNode | null {
  const checks = checksOf(world, repo, oid);
  if (checks === null) return null;
  const contexts = [
    ...checks.runs.map((run) => runNode(world, repo, run)),
    ...checks.statuses.map(statusNode),
  ];
  return {
    type: 'StatusCheckRollup',
    fields: {
      state: () => checks.state,
      contexts: (args) => connection(contexts, args, 'StatusCheckRollupContext'),
    },
  };
}

function runNode(world: World, repo: RepoRow, run: CheckRunRow): GraphNode {
  return {
    type: 'CheckRun',
    fields: {
      name: () => run.name,
      status: () => run.status.toUpperCase(),
      conclusion: () => run.conclusion?.toUpperCase() ?? null,
      title: () => run.output.title,
      summary: () => run.output.summary,
      text: () => run.output.text,
      detailsUrl: () => run.details_url,
      url: () => checkRunUrl(world, repo, run),
    },
  };
}

function statusNode(row: StatusRow): GraphNode {
  return {
    type: 'StatusContext',
    fields: {
      context: () => row.context,
      state: () => row.state.toUpperCase(),
      description: () => row.description,
      targetUrl: () => row.target_url,
      createdAt: () => row.created_at,
    },
  };
}
