/** What it takes to drive a task to its end, and how that ends. */
import type { Again, HelpId, Oid } from '@bzzz/protocol';
import type { Holding } from '../fence/holding.ts';
import type { Clock, Forge, Random } from '../ports/index.ts';
import type { Trouble } from '../support/trouble.ts';
import type { AttemptDeps } from './attempt.ts';
import type { BlockersOf } from './blockers.ts';
import type { CompleteDeps, CompleteOptions, Completed } from './complete.ts';
import type { Consent } from './consent.ts';
import type { Rework } from './rework.ts';
import type { Visible } from './visible.ts';

export type DriveEnd =
  | Completed
  | {
      readonly state: 'released';
      readonly reason: string;
      readonly again: Again;
      /** When the issue had last changed that we read; absent: we read none. */
      readonly readMs?: number;
    };

export interface DriveDeps extends AttemptDeps, Omit<CompleteDeps, 'clock' | 'trouble'> {
  readonly clock: Clock;
  readonly random: Random;
  readonly forge: Forge;
  readonly trouble: Trouble;
  readonly visible: Visible;
  readonly blockersOf: BlockersOf;
  readonly consent: Consent;
}

export interface DriveOptions extends CompleteOptions {
  /** A task that was attempted so often, anywhere, is left to a person. */
  readonly attemptsMax: number;
  readonly hooks: {
    /** Told each step, for `status`. */
    readonly onStep: (
      step: { running: number } | { helping: HelpId } | { publishing: Oid } | { verifying: number },
    ) => void;
    /** Handed a function that makes the drive look at its issue now. */
    readonly onRecheck: (recheck: () => void) => void;
  };
}

export interface DriveJob {
  readonly holding: Holding;
  /** Tip of the result branch when the task was claimed. */
  readonly resultTip: Oid | null;
}

/** A claim on which an attempt is made. */
export interface Working extends DriveJob {
  /** What is to be done about the result that stands; undefined: none does. */
  readonly rework?: Rework | undefined;
}
