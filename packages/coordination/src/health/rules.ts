/** From when on a machine is said to be short of something, and what is done about it. */

/** What is measured, each so that more is worse. */
export interface Sample {
  /** Shares of what there is, 0 to 1. Null: it cannot be told. */
  readonly cpu: number;
  readonly memory: number;
  readonly disk: number | null;
  /** How long the process keeps its own timers waiting, at worst since the last sample. */
  readonly lagMs: number;
  readonly receivedBytesPerS: number;
  readonly sentBytesPerS: number;
}

export type Measure = 'cpu' | 'memory' | 'disk' | 'lagMs';

export interface Rule {
  readonly measure: Measure;
  /** Raised when it is that much for `holdMs`; ended when it is less than `endAt` for as long. */
  readonly raiseAt: number;
  readonly endAt: number;
  readonly holdMs: number;
  /** What may help, and harms nothing; null: only a person can. */
  readonly action: Action | null;
  readonly advice: string;
}

/**
 * `prune`: drop what is only kept for speed, and what nothing uses any more. `reconnect`: dial again whom we lost.
 * `refresh`: look anew for what the machine has.
 */
export type Action = 'prune' | 'reconnect' | 'refresh';
export const actions: readonly Action[] = ['prune', 'reconnect', 'refresh'];

/** A machine that works hard for a while is no news; one that does so on and on may be. */
const holdMs = 15_000;

export const rules: readonly Rule[] = [
  {
    measure: 'cpu',
    raiseAt: 0.9,
    endAt: 0.8,
    holdMs: 60_000,
    action: null,
    advice: 'Lower `work.slots`, or see what else runs there.',
  },
  {
    measure: 'memory',
    raiseAt: 0.85,
    endAt: 0.8,
    holdMs,
    action: null,
    advice:
      'Lower `work.slots`, or see what else runs there; the kernel ends processes when none is left.',
  },
  {
    measure: 'disk',
    raiseAt: 0.9,
    endAt: 0.87,
    holdMs,
    action: 'prune',
    advice:
      'Make room where the data folder lies: a full disk stops the journal, and with it the peer.',
  },
  {
    measure: 'lagMs',
    raiseAt: 1_000,
    endAt: 500,
    holdMs,
    action: null,
    advice: 'The process hardly gets to run: see what keeps the machine busy.',
  },
];
