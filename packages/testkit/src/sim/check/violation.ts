import type { Account, IssueNumber, PeerId, RepoName } from '@bzzz/protocol';
import type { ForgeState } from '../forge-state.ts';
import type { HistoryEvent } from '../history.ts';
import type { RuleId } from '../rules.ts';
import type { ForgeWeather } from '../forge-weather.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Replication } from '../virtual-replication.ts';

export type InvariantNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11;

export interface Violation {
  /** A numbered invariant of the design, or one of its rules about claims and liveness; `defect`: something threw. */
  readonly invariant: InvariantNumber | RuleId | 'defect';
  readonly what: string;
}

/** What a checker may look at: the history, the forge from outside, and what the world is like. */
export interface CheckContext {
  readonly repo: RepoName;
  readonly label: string;
  readonly accounts: readonly Account[];
  readonly leaseMs: number;
  /** Nothing fails in this run, and nobody interferes. */
  readonly calm: boolean;
  /** Nothing fails in this run but one peer, which is gone for long, and nobody interferes. */
  readonly bereft: boolean;
  /** Whether this peer still has its disk. */
  readonly exists: (peer: PeerId) => boolean;
  /** Whether it lives and does not stand still. */
  readonly running: (peer: PeerId) => boolean;
  /** Whether a model is to do it, in words; else a recipe. */
  readonly isPlain: (number: IssueNumber) => boolean;
  /** Peers that may work on one request for help. */
  readonly helpers: number;
  /** Whether nothing in this run slows a peer down or stops it for a while. */
  readonly prompt: (peer: PeerId) => boolean;
  /** Whether a peer had held that entry of a journal long enough to have read it. */
  readonly knew: Replication['knew'];
  /** Whether no clock of this run is off by more than a fraction of what tasks have to come to their end. */
  readonly clocksNear: boolean;
  /** How long the forge was away for a peer. */
  readonly awayMs: ForgeWeather['awayMs'];
  /** The smaller side of a split that a peer is on; null: it is on none. */
  readonly smallSideOf: Surroundings['smallSideOf'];
  readonly state: ForgeState;
  readonly nowMs: () => number;
  readonly broken: (invariant: Violation['invariant'], what: string) => void;
}

export interface Check {
  onEvent(event: HistoryEvent): void;
  /** When faults have been off long enough. */
  atEnd?(): void;
  /** Why this task has not come to its end, if it has not; only of checks that know of ends. */
  unfinished?(number: IssueNumber): string | undefined;
}
