import type {
  Account,
  Association,
  Issue,
  IssueNumber,
  Oid,
  RepoName,
  Sha256Hex,
} from '@bzzz/protocol';

/** Position in the stream of issue changes; opaque, kept by the caller. */
export interface IssueCursor {
  readonly etag: string | null;
  readonly since: string | null;
}

export interface IssuePoll {
  /** Issues that changed since the cursor, open or closed. Pull requests are not among them. */
  readonly changed: readonly Issue[];
  readonly cursor: IssueCursor;
}

/** What became of the words and the labels of an issue, as one read showed it. Reads may be stale. */
export interface IssueHistory {
  /** `issueHash` of title and body as this read showed them: of other words it says nothing. */
  readonly wordsSha256: Sha256Hex;
  /** When anything about the issue had last changed. */
  readonly updatedAtMs: number;
  /** When title or body were last written. */
  readonly writtenAtMs: number;
  /** Labels that were put on, oldest first; of very many the latest. */
  readonly labelled: readonly Labelled[];
}

export interface Labelled {
  readonly label: string;
  /** Null: no person's account that is still there. */
  readonly by: Account | null;
  readonly atMs: number;
}

/** Comments of an issue that may be commands to bzzz, oldest first. */
export interface Remarks {
  readonly remarks: readonly Remark[];
  /** How many comments there were, other ones too: fewer than the issue has is an earlier state. */
  readonly comments: number;
}

export interface Remark {
  /** Null: no person's account that is still there. */
  readonly by: Account | null;
  readonly association: Association;
  /** Its first line, which begins with `/bzzz`. */
  readonly line: string;
  readonly atMs: number;
  readonly edited: boolean;
}

/** Where work starts from: the tip of the base branch, present in a local bare mirror. */
export interface Base {
  readonly branch: string;
  readonly oid: Oid;
  /** Git directory of the mirror. Opaque to coordination, which hands it to `Workspaces`. */
  readonly mirror: string;
}

/** The change of one commit on top of another base. */
export interface Rebased {
  /** One commit on that base, in the mirror. */
  readonly oid: Oid;
  /** Files that hold both sides, between the marks of git. */
  readonly conflicts: readonly string[];
}

/** The two branches of a task as one read showed them. Reads may be stale. */
export interface FenceRead {
  readonly lock: { readonly oid: Oid; readonly commit: Uint8Array } | null;
  readonly result: Oid | null;
}

/**
 * One atomic push. A result branch can only be moved together with its lock: there is no way to
 * say otherwise (invariant 1).
 */
export interface FencePush {
  readonly number: IssueNumber;
  readonly lock: {
    /** Null: the branch must not exist. */
    readonly expected: Oid | null;
    readonly oid: Oid;
    /** Content of the commit object `oid`. */
    readonly commit: Uint8Array;
  };
  readonly result?: { readonly expected: Oid | null; readonly oid: Oid };
}

/** Where the branches of a task stand, of which there is at least one. */
export interface Branches {
  readonly number: IssueNumber;
  readonly lock: Oid | null;
  readonly result: Oid | null;
}

export type PushReply =
  /** Both branches stand as pushed, now or by an earlier push of the same commits. */
  | { readonly kind: 'accepted' }
  /** The forge answered no; nothing moved. Why is for people: lease, hook or rule look alike. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** No answer: it may have taken effect, now or later. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface PullRequest {
  readonly number: number;
  readonly state: 'open' | 'closed' | 'merged';
  readonly draft: boolean;
  readonly head: Oid;
  readonly url: string;
}

/** What became of a pull request since it was opened, as one read showed it. Reads may be stale. */
export interface Review {
  readonly state: PullRequest['state'];
  readonly draft: boolean;
  readonly head: Oid;
  /** Whether it merges into its base branch as that stands now; null: the forge has not found out yet. */
  readonly mergeable: boolean | null;
  /** What the repository's own checks say of `head`. */
  readonly checks: {
    readonly state: 'none' | 'pending' | 'passed' | 'failed';
    /** Bounded, and only those of which the token may read more than that something failed. */
    readonly failed: readonly FailedCheck[];
  };
  /**
   * What was said on it, oldest first: reviews, comments on lines, plain comments; not bzzz's own
   * comment. Of very many the latest.
   */
  readonly remarks: readonly ReviewRemark[];
  /** More was said since the time that was asked for than is ever read. */
  readonly unread?: true;
}

/** What of that is wanted. */
export interface ReviewScope {
  /** All that was said since, in milliseconds by the clock of the forge. Absent: only what one look shows. */
  readonly sinceMs?: number;
  /** Remarks of these alone. Absent: of everybody. */
  readonly authors?: readonly Association[];
}

export interface FailedCheck {
  readonly name: string;
  /** What it says of itself; else in one word how it ended. */
  readonly summary: string;
}

export interface ReviewRemark {
  /** Null: no person's account that is still there. */
  readonly by: Account | null;
  readonly association: Association;
  readonly kind: 'approved' | 'changes-requested' | 'reviewed' | 'comment' | 'line';
  /** May be empty where the kind says it all. */
  readonly text: string;
  readonly path: string | null;
  /** At `head`; null also where that line is gone by now. */
  readonly line: number | null;
  /** When it was last written. */
  readonly atMs: number;
  readonly edited: boolean;
}

export interface PullRequestText {
  readonly title: string;
  readonly body: string;
}

/** Whether a put-if-absent had to write. */
export interface Put {
  readonly written: boolean;
  readonly id: number;
}

interface Options {
  readonly signal?: AbortSignal;
}

interface PutCommentOptions extends Options {
  /** A comment that holds these words stays as it is: it says the same, and perhaps more of it. */
  readonly unlessSaid?: string;
}

/**
 * GitHub, or whatever speaks its API. Reads may be stale for a while; only `push` decides.
 *
 * Every method throws `forge_unreachable` (no answer, 5xx), `forge_rate_limited` (with
 * `retryAfterMs`), `forge_unauthorized` (token), `forge_not_found`, `forge_invalid_answer`,
 * `forge_refused` (its words do not suit it), `forge_issue_too_large`, or `aborted`; `push` and
 * `deleteBranches` instead answer `unknown` when there was no answer. `push` throws `lock_malformed`
 * when the bytes are not the commit that they are said to be, and `git_object_missing` when the result
 * is not in the mirror. What works on the mirror also throws `git_unusable` and `git_failed`.
 */
export interface Forge {
  /** Whom the token belongs to. */
  account(options?: Options): Promise<Account>;
  pollIssues(repo: RepoName, cursor: IssueCursor | null, options?: Options): Promise<IssuePoll>;
  readIssue(repo: RepoName, number: IssueNumber, options?: Options): Promise<Issue>;
  readRemarks(repo: RepoName, number: IssueNumber, options?: Options): Promise<Remarks>;
  readHistory(repo: RepoName, number: IssueNumber, options?: Options): Promise<IssueHistory>;
  /**
   * What an account is to the repository by what it may do there, of a few minutes ago at most: `OWNER`,
   * `COLLABORATOR` for whoever may put labels on, a member of an organisation too, or `NONE`.
   */
  readAssociation(repo: RepoName, account: Account, options?: Options): Promise<Association>;
  /** Brings the mirror up to date. `policy` is the text of `.bzzz/policy.yml` there, if any. */
  readBase(repo: RepoName, options?: Options): Promise<{ base: Base; policy: string | null }>;
  readFence(repo: RepoName, number: IssueNumber, options?: Options): Promise<FenceRead>;
  push(repo: RepoName, push: FencePush, options?: Options): Promise<PushReply>;
  /**
   * The commit of `base` that unfinished work was made on, with both in the mirror. Null: the work is
   * not one commit on top of the base branch, as after that was rewritten.
   */
  readWork(repo: RepoName, work: Oid, base: Base, options?: Options): Promise<Base | null>;
  /** Null as `readWork`: the work is not one commit on top of the base branch. */
  rebaseWork(repo: RepoName, work: Oid, base: Base, options?: Options): Promise<Rebased | null>;
  /** The branches of all tasks, from one read. */
  listBranches(repo: RepoName, options?: Options): Promise<readonly Branches[]>;
  /**
   * Deletes those of these branches that are there, all or none, if each still stands as said.
   * `accepted`: they are gone, now or before.
   */
  deleteBranches(repo: RepoName, branches: Branches, options?: Options): Promise<PushReply>;

  /**
   * So many living peers use our account, ourselves counted: writes keep within our share of what the
   * forge allows it, or throw `forge_rate_limited`.
   */
  shareAccount(peers: number): void;

  /** Adds our own account to the assignees. Not being assignable is no error: `written` is false. */
  assign(repo: RepoName, number: IssueNumber, options?: Options): Promise<{ written: boolean }>;
  /** Takes our own account off. */
  unassign(repo: RepoName, number: IssueNumber, options?: Options): Promise<{ written: boolean }>;
  /** The one comment of bzzz on an issue, found by a hidden marker, edited in place. */
  putComment(
    repo: RepoName,
    number: IssueNumber,
    body: string,
    options?: PutCommentOptions,
  ): Promise<Put>;
  addLabel(
    repo: RepoName,
    number: IssueNumber,
    label: string,
    options?: Options,
  ): Promise<{ written: boolean }>;
  /** Pull requests of the task's result branch, in every state, newest first. */
  findPullRequests(
    repo: RepoName,
    number: IssueNumber,
    options?: Options,
  ): Promise<readonly PullRequest[]>;
  /** Of one that is not there: `forge_not_found`. */
  readReview(repo: RepoName, pullRequest: number, options?: Options & ReviewScope): Promise<Review>;
  /**
   * Opens a draft for the task's result branch, or adopts the open one: then the body says this in the place of what
   * bzzz said before, and the title and what people wrote around it stay.
   */
  putPullRequest(
    repo: RepoName,
    number: IssueNumber,
    text: PullRequestText,
    options?: Options,
  ): Promise<Put>;
  /** The one comment of bzzz on a pull request, with what other peers found. */
  putVerdicts(repo: RepoName, pullRequest: number, body: string, options?: Options): Promise<Put>;
  /**
   * Makes a draft ready for review, if it stands at this commit. Where it is no draft, since the plan of
   * the repository has none, a label says of a verified one what it is.
   */
  markReady(
    repo: RepoName,
    at: { readonly pullRequest: number; readonly head: Oid; readonly verified: boolean },
    options?: Options,
  ): Promise<{ written: boolean }>;
  /**
   * Takes "ready for review" back: what stands there now was judged by nobody. Where the plan of the
   * repository has no drafts, nothing is written, nor to what is closed.
   */
  markDraft(repo: RepoName, pullRequest: number, options?: Options): Promise<{ written: boolean }>;
}
