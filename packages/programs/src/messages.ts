/** What a process and the one that starts its programs say to each other. Both are of one release. */

export interface RunOrder {
  readonly kind: 'run';
  readonly id: number;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly input: Uint8Array;
  /** What it may read from `secretPath`. */
  readonly secret?: Uint8Array;
  /** Of standard output, standard error and descriptor 3 together. */
  readonly outputBytesMax: number;
  readonly timeMs: number;
  readonly graceMs: number;
}

export type Order = RunOrder | { readonly kind: 'stop'; readonly id: number };

/**
 * Where a program finds its secret: a descriptor of its own, of a file in memory that has no name. Unlike
 * arguments and environment it is shown by no list of processes, and what does not know of it hands it on to nobody.
 */
export const secretFd = 4;

/** The descriptor that output came from. */
export type OutputFd = 1 | 2 | 3;

export type StopReason = 'asked' | 'time' | 'output';

export type Report =
  | { readonly kind: 'started'; readonly id: number; readonly pid: number }
  | {
      readonly kind: 'output';
      readonly id: number;
      readonly fd: OutputFd;
      readonly chunk: Uint8Array;
    }
  | {
      readonly kind: 'ended';
      readonly id: number;
      readonly code: number | null;
      readonly stopped: StopReason | null;
    }
  /** It was never started. */
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly code: string;
      readonly reason: string;
    };
