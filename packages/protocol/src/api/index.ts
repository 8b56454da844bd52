/** What a peer is asked and answers, over its control socket and over HTTP. Whoever reads an answer checks it. */
export {
  KeyAnswer,
  KeyRequest,
  KeysAnswer,
  LoginRequest,
  NewKeyAnswer,
  Role,
  rolesOf,
  Scope,
  SessionAnswer,
} from './access.ts';
export {
  Check,
  DoctorAnswer,
  DrillAnswer,
  ErrorAnswer,
  LookAnswer,
  OrderAnswer,
  PauseAnswer,
  PeerOrderAnswer,
  RebuildAnswer,
  RefreshAnswer,
  StopAnswer,
} from './control.ts';
export { LogLine, PlainEntry, StoryEntry } from './entries.ts';
export { EntriesAnswer, StreamEvent } from './events.ts';
export { HealAnswer, HealthAnswer } from './health.ts';
export {
  AdmitRequest,
  InviteAnswer,
  InviteRequest,
  MemberAnswer,
  MembersAnswer,
  NetworkKeyAnswer,
  RemoveRequest,
} from './joining.ts';
export { OutputAnswer, OutputQuery } from './output.ts';
export { lifeOf, PeerAnswer, PeersAnswer } from './peers.ts';
export { KeepAnswer, LiftAnswer, QuarantineAnswer } from './quarantine.ts';
export {
  DoctorNetRequest,
  DrillRequest,
  EntriesQuery,
  EventsQuery,
  HistoryQuery,
  LiftRequest,
  LogsQuery,
  LookRequest,
  OrderRequest,
  PauseRequest,
  PeerOrderAsked,
  OffersQuery,
  SubmitRequest,
} from './requests.ts';
export { Problem, StatusAnswer } from './status.ts';
export { deathsAbout, withDeaths } from './task-deaths.ts';
export {
  CertificatesAnswer,
  OffersAnswer,
  SubmitAnswer,
  TaskAnswer,
  TasksAnswer,
  TaskStoryAnswer,
  taskPlace,
} from './tasks.ts';
export { VerifiedAnswer } from './verify.ts';
export { saidOnce, WhyPeerAnswer, WhyTaskAnswer } from './why.ts';
