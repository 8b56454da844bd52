export type { Clock } from './clock.ts';
export type {
  Access,
  AskForHelp,
  Executor,
  ExecutorReport,
  ExecutorRequest,
  Executors,
  HelpReport,
  Job,
  Network,
  PromptJob,
  PromptPart,
  PromptSource,
  Recall,
  RecipeJob,
  Rest,
} from './executor.ts';
export type {
  Base,
  Branches,
  FailedCheck,
  FencePush,
  FenceRead,
  Forge,
  IssueCursor,
  IssueHistory,
  IssuePoll,
  Labelled,
  PullRequest,
  PullRequestText,
  PushReply,
  Put,
  Rebased,
  Remark,
  Remarks,
  Review,
  ReviewRemark,
  ReviewScope,
} from './forge.ts';
export type { Journal, JournalLog, StoredEntry } from './journal.ts';
export type { ConnectionEvent, Mesh } from './mesh.ts';
export type { Random } from './random.ts';
export type { Signer } from './signer.ts';
export type {
  Acceptance,
  AcceptanceJob,
  ChangedFile,
  Collected,
  CommandReport,
  CommitFacts,
  SetupJob,
  WorkLimits,
  Workspace,
  Workspaces,
} from './workspace.ts';
