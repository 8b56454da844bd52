import type { CommandReport, WorkLimits } from './workspace.ts';

/** What is to be done. Later kinds (a prompt for a model or a coding CLI) join this union. */
export interface RecipeJob {
  readonly kind: 'recipe';
  /** Argument vectors, placeholders filled, done in order until one fails. */
  readonly commands: readonly (readonly string[])[];
}
export type Job = RecipeJob;

export interface ExecutorRequest {
  readonly job: Job;
  /** `Workspace.path` */
  readonly path: string;
  readonly limits: WorkLimits;
}

export interface ExecutorReport {
  readonly succeeded: boolean;
  /** Why not, in one sentence. */
  readonly reason: string;
  readonly commands: readonly CommandReport[];
}

/** Does the work. Abort ends the whole process group before it returns. */
export interface Executor {
  /** As it stands in the capabilities. */
  readonly kind: Job['kind'];
  /**
   * Throws `sandbox_missing` when the operator requires a sandbox and there is none, `aborted` on
   * abort. Work that goes wrong is a report, not an error.
   */
  run(request: ExecutorRequest, options?: { signal?: AbortSignal }): Promise<ExecutorReport>;
}
