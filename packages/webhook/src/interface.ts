import type { Clock } from '@bzzz/coordination';
import type { BzzzError, RepoName } from '@bzzz/protocol';

export interface WebhookDeps {
  readonly clock: Clock;
  /** Something changed in this repository, or somebody pretends so: look, and believe the forge only. */
  readonly onHint: (repo: RepoName) => void;
  /** The secret cannot be used, or the server is in trouble. Told when it begins, not at each delivery. */
  readonly onTrouble: (error: BzzzError) => void;
}

export interface WebhookOptions {
  /** `host:port`; port 0 takes any that is free. */
  readonly listen: string;
  readonly secretFile: string;
  /** Of others nobody is told. */
  readonly repositories: readonly RepoName[];
  /** At most one hint of a repository in so long; default 5 s. Lower: less wait for the second of two
   *  changes, more requests to the forge while hooks pour in. */
  readonly pauseMs?: number;
  /** A request must be complete in so long; default 10 s, after which GitHub gives up too. */
  readonly requestMs?: number;
}

export interface WebhookState {
  /** `host:port` where it really listens. */
  readonly address: string;
  /** Deliveries that told of a configured repository. Many of them may become one hint. */
  readonly hints: number;
  /** Signed, but of another repository, or of an event that changes nothing for us. */
  readonly ignored: number;
  /** Not signed, or not what GitHub sends. */
  readonly refused: number;
  /** Null: the secret can be used. */
  readonly trouble: BzzzError | null;
}

export interface Webhook {
  state(): WebhookState;
  /** Cuts off who is connected; no hint comes after it. Idempotent. */
  close(): Promise<void>;
}
