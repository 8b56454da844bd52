/** What the contract suite of the forge asks of whoever runs it. */
import type { Base, Forge } from '@bzzz/coordination';
import type { Account, IssueNumber, Oid, RepoName } from '@bzzz/protocol';

/** Somebody with push access who does things by hand. */
export interface ForgePerson {
  /** A trusted account of the repository. */
  account(): Promise<Account>;
  /** Opens an issue and returns its number. */
  openIssue(issue: {
    title: string;
    body: string;
    labels?: readonly string[];
  }): Promise<IssueNumber>;
  editIssue(number: IssueNumber, change: { title?: string; body?: string }): Promise<void>;
  addLabel(number: IssueNumber, label: string): Promise<void>;
  removeLabel(number: IssueNumber, label: string): Promise<void>;
  closeIssue(number: IssueNumber): Promise<void>;
  closePullRequest(number: number): Promise<void>;
  /** Bodies of all comments of an issue, oldest first. */
  comments(number: IssueNumber): Promise<readonly string[]>;
  /** Writes a comment and returns nothing; the forge shows it after what was there before. */
  comment(number: IssueNumber, body: string): Promise<void>;
  /** Writes something else into the latest comment. */
  editComment(number: IssueNumber, body: string): Promise<void>;
  /** A review of words only. */
  review(pullRequest: number, body: string): Promise<void>;
  /** On a line that the pull request changes. */
  commentOnLine(
    pullRequest: number,
    comment: { head: Oid; path: string; line: number; body: string },
  ): Promise<void>;
  /** What a check of the repository says of a commit. */
  setStatus(
    commit: Oid,
    status: {
      context: string;
      state: 'pending' | 'success' | 'failure';
      description?: string;
    },
  ): Promise<void>;
  /** Tips by branch name without `refs/heads/`. */
  branches(): Promise<ReadonlyMap<string, Oid>>;
  /** Commits the files on top of the branch, or of the base branch when it is absent. */
  pushFiles(branch: string, files: Readonly<Record<string, string>>): Promise<Oid>;
  deleteBranch(branch: string): Promise<void>;
}

/** A repository with a few files on its base branch and nothing of bzzz in it. */
export interface ForgeSubject {
  readonly repo: RepoName;
  /** Another peer of the same account: a client with a mirror of its own. */
  client(): Promise<Forge>;
  readonly person: ForgePerson;
  /**
   * Makes a commit of these files on top of the base in `base.mirror`, as execution does, and
   * returns its id. The forge has not seen it.
   */
  commitOnBase(base: Base, files: Readonly<Record<string, string>>): Promise<Oid>;
  /** A client whose account may read and comment, but may not be assigned. Null: there is none. */
  readonly outsider: (() => Promise<Forge>) | null;
  dispose(): Promise<void>;
}
