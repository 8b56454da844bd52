import type { Row, Store, Table } from './store.ts';

/**
 * The rows that the forge reads and writes. Names and fields are those of emulate's GitHub plugin
 * where it has them (it serves the routes that the forge does not); `bzzz.*` tables are ours.
 */
export interface Tables {
  readonly users: Table<UserRow>;
  readonly repos: Table<RepoRow>;
  readonly collaborators: Table<CollaboratorRow>;
  readonly issues: Table<IssueRow>;
  readonly pulls: Table<PullRow>;
  readonly labels: Table<LabelRow>;
  readonly comments: Table<CommentRow>;
  readonly events: Table<EventRow>;
  readonly tokens: Table<TokenRow>;
  readonly installations: Table<InstallationRow>;
  readonly edits: Table<EditRow>;
  readonly statuses: Table<StatusRow>;
  readonly reviews: Table<ReviewRow>;
  readonly checkRuns: Table<CheckRunRow>;
  readonly tips: Table<TipRow>;
  readonly seeds: Table<SeedRow>;
}

export function tablesOf(store: Store): Tables {
  return {
    users: store.collection('github.users', ['login']),
    repos: store.collection('github.repos', ['owner_id', 'full_name']),
    collaborators: store.collection('github.collaborators', ['repo_id', 'user_id']),
    issues: store.collection('github.issues', ['repo_id', 'number']),
    pulls: store.collection('github.pull_requests', ['repo_id', 'number']),
    labels: store.collection('github.labels', ['repo_id']),
    comments: store.collection('github.comments', ['repo_id']),
    events: store.collection('github.issue_events', ['repo_id', 'issue_number']),
    tokens: store.collection('bzzz.tokens', ['sha256']),
    installations: store.collection('bzzz.installations', ['repo_id']),
    edits: store.collection('bzzz.edits', ['issue_id']),
    statuses: store.collection('bzzz.statuses', ['repo_id', 'sha']),
    reviews: store.collection('github.reviews', ['repo_id', 'pull_number']),
    checkRuns: store.collection('github.check_runs', ['repo_id', 'head_sha']),
    tips: store.collection('bzzz.tips', ['repo_id']),
    seeds: store.collection('bzzz.seeds', ['repo_id']),
  };
}

export interface UserRow extends Row {
  readonly login: string;
  readonly node_id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly type: 'User' | 'Bot';
  readonly site_admin: boolean;
}

export interface RepoRow extends Row {
  readonly node_id: string;
  readonly name: string;
  readonly full_name: string;
  readonly owner_id: number;
  readonly owner_type: 'User' | 'Organization';
  readonly private: boolean;
  readonly default_branch: string;
  readonly open_issues_count: number;
  readonly pushed_at: string | null;
  readonly allow_merge_commit: boolean;
  readonly allow_squash_merge: boolean;
  readonly allow_rebase_merge: boolean;
  readonly delete_branch_on_merge: boolean;
}

interface CollaboratorRow extends Row {
  readonly repo_id: number;
  readonly user_id: number;
  readonly permission: Permission;
}

/** In GitHub's older words, which its REST API still uses for collaborators. */
export type Permission = 'pull' | 'triage' | 'push' | 'maintain' | 'admin';

export interface IssueRow extends Row {
  readonly node_id: string;
  readonly number: number;
  readonly repo_id: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: 'open' | 'closed';
  readonly state_reason: string | null;
  readonly locked: boolean;
  readonly active_lock_reason: string | null;
  readonly user_id: number;
  readonly assignee_ids: readonly number[];
  readonly label_ids: readonly number[];
  readonly milestone_id: number | null;
  readonly comments: number;
  readonly closed_at: string | null;
  readonly closed_by_id: number | null;
  /** A pull request has an issue of the same number, with this set. */
  readonly is_pull_request: boolean;
}

export interface PullRow extends Row {
  readonly node_id: string;
  readonly number: number;
  readonly repo_id: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: 'open' | 'closed';
  readonly locked: boolean;
  readonly user_id: number;
  readonly assignee_ids: readonly number[];
  readonly label_ids: readonly number[];
  readonly milestone_id: number | null;
  readonly head_ref: string;
  readonly head_sha: string;
  readonly head_repo_id: number;
  readonly base_ref: string;
  readonly base_sha: string;
  readonly base_repo_id: number;
  readonly merged: boolean;
  readonly merged_at: string | null;
  readonly merged_by_id: number | null;
  readonly merge_commit_sha: string | null;
  readonly mergeable: boolean | null;
  readonly mergeable_state: string;
  readonly comments: number;
  readonly review_comments: number;
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changed_files: number;
  readonly draft: boolean;
  readonly requested_reviewer_ids: readonly number[];
  readonly requested_team_ids: readonly number[];
  readonly closed_at: string | null;
  readonly auto_merge: null;
}

export interface LabelRow extends Row {
  readonly node_id: string;
  readonly repo_id: number;
  readonly name: string;
  readonly description: string | null;
  readonly color: string;
  readonly default: boolean;
}

export interface CommentRow extends Row {
  readonly node_id: string;
  readonly repo_id: number;
  readonly issue_number: number | null;
  readonly pull_number: number | null;
  readonly commit_sha: string | null;
  readonly body: string;
  readonly user_id: number;
  readonly in_reply_to_id: number | null;
  readonly path: string | null;
  readonly position: number | null;
  readonly line: number | null;
  readonly side: string | null;
  readonly subject_type: string | null;
  readonly comment_type: 'issue' | 'review' | 'commit';
  readonly review_id: number | null;
  /** Absent until somebody edits it. */
  readonly last_edited_at?: string;
}

export interface ReviewRow extends Row {
  readonly node_id: string;
  readonly repo_id: number;
  readonly pull_number: number;
  readonly user_id: number;
  readonly body: string | null;
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';
  readonly commit_id: string;
  readonly submitted_at: string | null;
  /** Absent until somebody edits it. */
  readonly last_edited_at?: string;
}

export interface EventRow extends Row {
  readonly node_id: string;
  readonly repo_id: number;
  readonly issue_number: number;
  readonly event: string;
  readonly actor_id: number;
  readonly commit_id: string | null;
  readonly commit_url: string | null;
  readonly label_name: string | null;
  readonly assignee_id: number | null;
  readonly milestone_title: string | null;
  readonly rename: { readonly from: string; readonly to: string } | null;
}

/** A token is kept as its hash: nobody reads a usable one out of the state. */
interface TokenRow extends Row {
  readonly sha256: string;
  readonly login: string;
  /** Of a token that is lent: milliseconds since the epoch. Others do not end by themselves. */
  readonly expires_ms?: number;
}

/** What an App may do in a repository on which it is installed, as its bot. */
interface InstallationRow extends Row {
  readonly repo_id: number;
  readonly user_id: number;
  readonly permission: Permission;
}

/** One edit of the body of an issue, for GraphQL's lastEditedAt and userContentEdits. */
interface EditRow extends Row {
  readonly issue_id: number;
  readonly editor_id: number;
  readonly body: string | null;
}

export interface StatusRow extends Row {
  readonly repo_id: number;
  readonly sha: string;
  readonly state: 'error' | 'failure' | 'pending' | 'success';
  readonly target_url: string | null;
  readonly description: string | null;
  readonly context: string;
  readonly creator_id: number;
}

export interface CheckRunRow extends Row {
  readonly node_id: string;
  readonly repo_id: number;
  readonly head_sha: string;
  readonly name: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  /** Null until it is completed. */
  readonly conclusion: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly external_id: string;
  readonly details_url: string | null;
  readonly output: {
    readonly title: string | null;
    readonly summary: string | null;
    readonly text: string | null;
  };
}

/** How far the commits of a default branch have been read for the issues that they close. */
interface TipRow extends Row {
  readonly repo_id: number;
  readonly sha: string;
}

/** What seeding has made once: it is not made again, whatever became of it. */
interface SeedRow extends Row {
  readonly repo_id: number;
  /** `issue ada: Title`, `label bzzz`, `collaborator bob`, `files`. */
  readonly what: string;
  /** The number of an issue; 0 for everything else. */
  readonly number: number;
}
