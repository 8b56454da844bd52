export { readAcceptances } from './acceptances.ts';
export { bytesToHex, fromBase64, fromUtf8, hexToBytes, toBase64, utf8 } from './bytes.ts';
export { type Codec, type CodecOptions, complaints, createCodec, parse } from './cbor.ts';
export {
  Config,
  Liveness,
  livenessOf,
  livenessPresets,
  ollamaUrl,
  Timing,
  tokenSources,
} from './config.ts';
export { type Dependencies, readDependencies } from './dependencies.ts';
export {
  BzzzError,
  type ErrorCode,
  type ErrorSpec,
  errorRegistry,
  isBzzzError,
  reasonOf,
} from './errors.ts';
export { ForkEvidence, headSigningBytes, HeadsMessage, SignedHead, ToldHead } from './heads.ts';
export {
  flatIndex,
  grownTreeHash,
  journalKeyOf,
  rootSpans,
  spansBetween,
  rootsHashOf,
  treeHashOf,
  TreeNode,
  treeSigningBytes,
  TreeWitness,
} from './journal-tree.ts';
export { type CommitParts, commitBytes, commitOid, EMPTY_TREE } from './git-object.ts';
export { exactGlobMatcher, globMatcher, matchesAny } from './globs.ts';
export { helperGlobs, judgeGlobs, steering, usualJudge } from './judge-files.ts';
export {
  Help,
  HelpId,
  HelpProof,
  proofSigningBytes,
  type ProofSubject,
  Proven,
  HelpRequest,
  HelpResponse,
  HelpTried,
  hopsMax,
  Lack,
  Plea,
  pleaSigningBytes,
  SignedPlea,
} from './help.ts';
export { Hlc, hlcCompare, hlcHear, hlcTick, hlcZero } from './hlc.ts';
export {
  Account,
  Epoch,
  IssueNumber,
  JournalKey,
  MeshName,
  Nonce,
  Oid,
  PeerId,
  peerIdOfPublicKey,
  RepoName,
  Sha256Hex,
  TaskId,
  taskId,
  taskParts,
} from './ids.ts';
export {
  Invite,
  InviteGrant,
  InviteId,
  InviteRecord,
  inviteSigningBytes,
  inviteText,
  KnockRefusal,
  KnockRequest,
  KnockResponse,
  networkKeyHash,
  parseInvite,
  secretHash,
} from './invite.ts';
export {
  Member,
  MemberList,
  memberListCodec,
  memberListSigningBytes,
  MemberName,
  MembersRequest,
  MembersResponse,
  NetworkKey,
  NetworkKeyRequest,
  NetworkKeyResponse,
  SignedMemberList,
  signedMemberListCodec,
} from './members.ts';
export { type HostPort, hostPortOf } from './listen-address.ts';
export { NewsKind } from './news.ts';
export { Association, Issue, issueHash, visibleText } from './issue.ts';
export { OutputPiece, OutputPosition, OutputRequest, OutputResponse } from './output.ts';
export { PeerOrder, PeerOrderRequest, PeerOrderResponse } from './peer-order.ts';
export { plainText } from './page/plain-text.ts';
export { type CausalEntry, causalOrder } from './causal-order.ts';
export {
  Again,
  Cause,
  EntryBody,
  entryKinds,
  type EntryKind,
  FenceIntent,
  FenceOutcome,
  JournalEntry,
  journalEntryCodec,
  SettledHistory,
  VisibleEffect,
} from './journal-entry.ts';
export { limits } from './limits.ts';
export {
  decodeLockCommit,
  encodeLockCommit,
  LockRecord,
  type LockState,
  type LockStatement,
  branchPrefix,
  explainedResult,
  lockRef,
  lockTask,
  lockSigningBytes,
  resultRef,
  taskOfRef,
  type SignedLockCommit,
} from './lock-commit.ts';
export { agentConfiguration, CliName, PromptExecutor } from './executors.ts';
export {
  Capabilities,
  HealthNote,
  HealthReport,
  Gpu,
  Heartbeat,
  Machine,
  MeshPause,
  Needs,
  ReworkCause,
  TaskHint,
  TaskKind,
} from './messages.ts';
export {
  hasLeast,
  isNamedBy,
  leastText,
  type ModelNeeds,
  numberOf,
  readModelNeeds,
} from './model-needs.ts';
export { ModelFacts, ModelLeast, ModelName } from './models.ts';
export { NewTests } from './new-tests.ts';
export {
  alwaysProtected,
  fillArgv,
  Policy,
  parsePolicy,
  policyPath,
  policySchema,
  type Plain,
  type Recipe,
  type Setup,
} from './policy.ts';
export { printedText } from './printed.ts';
export { type Profile, profileOf, RoleName } from './roles.ts';
export { askerWords, memberAsker, terminalAsker, UserName } from './operator-name.ts';
export { DaySpend, Spent, SpendCaps } from './spend.ts';
export { GithubAppConfig, VaultConfig } from './token-config.ts';
export { orderIn, orderLines, TaskOrder } from './task-order.ts';
export {
  acceptanceHash,
  Certificate,
  CertificateBody,
  certificateOf,
  certificateSigningBytes,
  certificateText,
  Environment,
  JournalHead,
  Verdict,
  VerdictStatement,
  verdictSigningBytes,
  VerifyRequest,
  VerifyResponse,
} from './verdict.ts';
export {
  type Channel,
  Envelope,
  EnvelopePosition,
  envelopeCodec,
  heartbeatChannel,
  helpProtocol,
  knockProtocol,
  membersProtocol,
  networkKeyProtocol,
  journalProtocol,
  orderProtocol,
  outputProtocol,
  parseTopicName,
  protocolId,
  type RequestProtocol,
  type Topic,
  topicName,
  topics,
  verifyProtocol,
  whyProtocol,
  wireVersions,
} from './wire.ts';
export { WhyIdle, WhyReason, WhyRequest, WhyResponse, WhyTask } from './why.ts';
export {
  readWorkRequest,
  WorkRequest,
  type WorkRequestReading,
  writeWorkRequest,
} from './work-request.ts';
