export type {
  Acceptance,
  AcceptanceJob,
  Access,
  AskForHelp,
  Base,
  Branches,
  ChangedFile,
  Clock,
  Collected,
  CommandReport,
  CommitFacts,
  ConnectionEvent,
  Executor,
  ExecutorReport,
  ExecutorRequest,
  Executors,
  FailedCheck,
  FencePush,
  FenceRead,
  Forge,
  HelpReport,
  IssueCursor,
  IssueHistory,
  IssuePoll,
  Job,
  Journal,
  JournalLog,
  Labelled,
  Mesh,
  Network,
  PromptJob,
  PromptPart,
  PromptSource,
  PullRequest,
  PullRequestText,
  PushReply,
  Put,
  Rebased,
  Random,
  Recall,
  RecipeJob,
  Remark,
  Remarks,
  Rest,
  Review,
  ReviewRemark,
  ReviewScope,
  SetupJob,
  Signer,
  StoredEntry,
  WorkLimits,
  Workspace,
  Workspaces,
} from './ports/index.ts';
export { type CheckedCertificate, checkCertificate } from './verdict/certificate.ts';
export { type Admission, startAdmission, type Stranger } from './joining/admission.ts';
export { type Authority, firstList, readList, signList } from './joining/member-list.ts';
export { keepNetworkKey, type NetworkKeys } from './joining/network-keys.ts';
export { createOperator, type Operator } from './joining/operator.ts';
export { assertWorkable } from './task/draft.ts';
export { createCoordinator } from './peer/coordinator.ts';
export { alertText, type AlertNews, type Stood } from './health/alerts.ts';
export { type Health, type HealthDeps, type HealthView, startHealth } from './health/health.ts';
export type { Sample } from './health/rules.ts';
export type { Coordinator } from './peer/interface.ts';
export { type Output, type OutputView, startOutput } from './output/output.ts';
export { type Orders, startOrders } from './pause/orders.ts';
export type { Mask } from './output/mask.ts';
export { createPrinted, type Printed } from './output/printed.ts';
export type { CoordinatorOptions, Offer, Ports } from './peer/options.ts';
export { type Contradiction, provenBy } from './quarantine/contradiction.ts';
export { createHeads, type Heads, type HeadsDeps } from './quarantine/heads.ts';
export type { WitnessOf } from './quarantine/watch-heads.ts';
export type { PeerReason, PeerReport, TaskReport } from './why/report.ts';
export type {
  LeftTask,
  MemberView,
  PeerView,
  QuarantineView,
  TaskView,
  WatchingView,
} from './peer/view.ts';
export { watchersOf } from './watching/roles.ts';
export { untoldReason } from './task/state.ts';
