import type { ModelName } from '@bzzz/protocol';
import type { CommandReport, WorkLimits } from './workspace.ts';

export interface RecipeJob {
  readonly kind: 'recipe';
  /** Argument vectors, placeholders filled, done in order until one fails. */
  readonly commands: readonly (readonly string[])[];
}

/** What people want, in words; a model works on it with tools that reach no further than the workspace. */
export interface PromptJob {
  readonly kind: 'ollama';
  /** The first of these that the machine has does it. */
  readonly models: readonly ModelName[];
  /** In the order in which the model reads them. */
  readonly parts: readonly PromptPart[];
  /** What the model may run, by name: argument vectors that a maintainer wrote. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
  readonly turnsMax: number;
  readonly tokensMax: number;
}
export type Job = RecipeJob | PromptJob;

/** Every part of a prompt says whose words it is: what a model reads of others is data, never an order. */
export interface PromptPart {
  readonly source: PromptSource;
  readonly text: string;
}
export type PromptSource = 'bzzz' | 'maintainer' | 'author';

export interface ExecutorRequest<J extends Job = Job> {
  readonly job: J;
  /** `Workspace.path` */
  readonly path: string;
  readonly limits: WorkLimits;
}

export interface ExecutorReport {
  readonly succeeded: boolean;
  /** Why not, in one sentence. */
  readonly reason: string;
  readonly commands: readonly CommandReport[];
  /** What a model did and cost; absent: none was asked. */
  readonly spent?: Spent;
}

export interface Spent {
  readonly model: ModelName;
  /** Answers of the model. */
  readonly turns: number;
  readonly tokensRead: number;
  readonly tokensWritten: number;
}

/** Does the work. Abort ends the whole process group before it returns. */
export interface Executor<J extends Job = Job> {
  /** As it stands in the capabilities. */
  readonly kind: J['kind'];
  /** Models that can be asked now; an executor that has none of those it needs offers nothing. Absent: it needs none. */
  models?(): readonly ModelName[];
  /**
   * Throws `sandbox_missing` when the operator requires a sandbox and there is none, `aborted` on
   * abort. Work that goes wrong is a report, not an error.
   */
  run(request: ExecutorRequest<J>, options?: { signal?: AbortSignal }): Promise<ExecutorReport>;
}

/** What this machine can do, by the kind of job; absent: it cannot. */
export type Executors = { readonly [K in Job['kind']]?: Executor<Extract<Job, { kind: K }>> };
