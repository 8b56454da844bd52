import type { Clock, Coordinator, Health, Orders, Output } from '@bzzz/coordination';
import type { Journals } from '@bzzz/journal';
import type { Policy, RepoName, TaskId, TaskOrder } from '@bzzz/protocol';
import type { Check, StatusAnswer } from '@bzzz/protocol/api';
import type { Figures } from '../figures/figures.ts';
import type { FoundCertificates } from '../forge/certificates.ts';
import type { FiledIssue, NewIssue } from '../forge/file-issue.ts';
import type { SaidOrder } from '../forge/say-order.ts';
import type { Joining } from '../joining/joining.ts';
import type { History } from '../wiring/history.ts';

/** What the operations need of the running peer. */
export interface OperationsTarget {
  readonly clock: Clock;
  readonly repositories: readonly RepoName[];
  readonly coordinator: Pick<
    Coordinator,
    | 'view'
    | 'tasks'
    | 'lookNow'
    | 'onEntry'
    | 'whyTask'
    | 'whyPeer'
    | 'pause'
    | 'liftQuarantine'
    | 'note'
  >;
  readonly output: Pick<Output, 'read'>;
  readonly orders: Pick<Orders, 'give'>;
  readonly journals: Journals;
  readonly history: History;
  readonly health: Pick<Health, 'view' | 'heal'>;
  readonly joining: Pick<Joining, 'admission' | 'invite' | 'operator'>;
  /** Serial of the network key in force here. */
  readonly networkKeySerial: () => number;
  status(): StatusAnswer;
  figures(): Figures;
  diagnose(signal: AbortSignal): Promise<Check[]>;
  diagnoseNet(addresses: readonly string[], signal: AbortSignal): Promise<Check[]>;
  /** Looks anew for what this machine has to offer. */
  refresh(): Promise<void>;
  /** As it stands on the base branch now. Throws `policy_invalid`, and what reading the forge throws. */
  readPolicy(repo: RepoName, options: { signal: AbortSignal }): Promise<Policy>;
  fileIssue(issue: NewIssue, options: { signal: AbortSignal }): Promise<FiledIssue>;
  sayOrder(
    what: { readonly task: TaskId; readonly order: TaskOrder },
    options: { signal: AbortSignal },
  ): Promise<SaidOrder>;
  readCertificates(
    of: { readonly repo: RepoName; readonly pullRequest: number },
    options: { signal: AbortSignal },
  ): Promise<FoundCertificates>;
  /** Starts to stop; does not wait for the end. */
  stop(): void;
}
