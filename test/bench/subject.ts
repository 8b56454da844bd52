/** What a benchmark says of itself. One file a subject, under `subjects/`. */
import type { Goal } from './goals.ts';
import type { Rivals } from './rivals.ts';

export interface Size {
  /** Rounds that are measured. In each, every side does the same work, in alternating order. */
  readonly rounds: number;
  /** Rounds before those, with work of the same kind, thrown away: compilers and caches. */
  readonly warmUpRounds: number;
  /** Scale of one round; what it counts is the subject's own. */
  readonly operations: number;
}

/** What one round cost. */
export interface Spent {
  readonly wallMs: number;
  /** User and system time of this process with its threads, and of others where they count. */
  readonly cpuMs: number;
}

export interface Round {
  /** Measured. */
  work(): Promise<void>;
  /**
   * Not measured: reads back what `work` did, and digests it. A wrong answer shows here, so that
   * it cannot pass for a fast one.
   */
  answer(): Promise<string>;
  /** Operations of which `work` consists; may be known only after it. */
  operations(): number;
  /**
   * CPU time so far of processes that are this round's own, such as those that it starts; asked before and after
   * `work`. It counts beside that of this process.
   */
  othersCpuMs?(): number;
  /** Other processes do all of it: how far the memory of this one rose says nothing, and is left out. */
  readonly worksElsewhere?: true;
  /** Further figures of this round, by name with unit. */
  figures?(spent: Spent): Readonly<Record<string, number>>;
}

export interface Side {
  readonly name: string;
  /** Ids of processes that do part of its work: their CPU time counts as well. Linux only. */
  readonly processes?: readonly number[];
  /** `round` counts from 0, warm-up included. The same seed and round is the same work. */
  prepare(round: number): Promise<Round>;
}

/** A side that does not run here. */
export interface Absent {
  readonly side: string;
  readonly why: string;
}

export interface Bench {
  /** The first is ours, the others are what it is compared with. */
  readonly sides: readonly Side[];
  /** Sides that this run has none of, since their program is missing. */
  readonly absent?: readonly Absent[];
  close(): Promise<void>;
}

export interface Subject {
  readonly name: string;
  readonly measures: string;
  /** What stands beside it, in the same run. */
  readonly beside: string;
  /** One operation, in the singular. */
  readonly operation: string;
  /**
   * Which answers must be equal: of all sides in one round, since they did the same work, or of all
   * rounds of one side, since it repeats the same work.
   */
  readonly equal: 'sides' | 'rounds';
  /** Count the CPU time of child processes that ended. Linux only. */
  readonly countsChildren: boolean;
  /** What it is to reach, of the full size. */
  readonly goals: readonly Goal[];
  /** Figures that are drawn from side to side, where the sides are sizes of the same. */
  readonly curves?: readonly string[];
  readonly sizes: { readonly full: Size; readonly small: Size };
  open(seed: string, size: Size, rivals: Rivals): Promise<Bench>;
}
