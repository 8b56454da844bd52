import type {
  CliName,
  Lack,
  ModelFacts,
  ModelLeast,
  ModelName,
  PeerId,
  PromptExecutor,
  Proven,
  Spent,
  TaskId,
} from '@bzzz/protocol';
import type { CommandReport, WorkLimits } from './workspace.ts';

export interface RecipeJob {
  readonly kind: 'recipe';
  /** Argument vectors, placeholders filled, done in order until one fails. */
  readonly commands: readonly (readonly string[])[];
  /** Whose words stand in them; absent: nobody knows, so nobody is trusted. */
  readonly sources?: readonly PromptSource[];
  readonly network?: Network;
}

/**
 * Hosts that commands of the work may reach by name, on ports 443 and 80, and nothing else; absent: none. None
 * any more once a helper has answered, since from then on its words have a part in the work.
 */
export type Network = readonly string[];

/** What people want, in words; a model works on it with tools that reach no further than the workspace. */
export interface PromptJob {
  readonly kind: 'prompt';
  /** The first of these that the machine has does it. */
  readonly executors: readonly PromptExecutor[];
  /** The first of these that the machine has does it, where the executor is `ollama`. */
  readonly models: readonly ModelName[];
  /** What such a model must have at least; absent: nothing is asked. An executor is told only models that have it. */
  readonly least?: ModelLeast;
  /** In the order in which the model reads them. */
  readonly parts: readonly PromptPart[];
  /** What the model may run, by name: argument vectors that a maintainer wrote. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
  /** Names of those that stay whoever has a part in the work; absent: none. */
  readonly lasting?: readonly string[];
  readonly turnsMax: number;
  readonly tokensMax: number;
  readonly network?: Network;
  readonly access?: Access;
}

/**
 * What may become of the files: `change` lets the executor edit them and run the commands, which is also what an
 * absent one means; with `run` only commands change them; with `look` nothing does, and what it says last is its
 * work.
 */
export type Access = 'change' | 'run' | 'look';
export type Job = RecipeJob | PromptJob;

/** Every part of a prompt says whose words it is: what a model reads of others is data, never an order. */
export interface PromptPart {
  readonly source: PromptSource;
  readonly text: string;
}
/**
 * `author` and `reviewer` may write to the repository themselves; `stranger` is one who may not, of words that somebody
 * trusted approved, or whom the policy takes work from and hears in a review. `repository` is what stands in its files, names of files
 * among it, whoever wrote that. `model` is one that worked on the same attempt before; what
 * it had read is counted for itself.
 */
export type PromptSource =
  | 'bzzz'
  | 'maintainer'
  | 'author'
  | 'stranger'
  | 'repository'
  | 'reviewer'
  | 'checks'
  | 'model'
  | 'peer';

export interface ExecutorRequest<J extends Job = Job> {
  readonly job: J;
  /** `Workspace.path` */
  readonly path: string;
  readonly limits: WorkLimits;
  /** Absent: nobody is there to be asked. */
  readonly help?: AskForHelp;
  /**
   * Called for everything by which somebody outside can tell that the work goes on: its process prints or
   * writes, a model answers, a tool is used. Where nothing of it comes for long, the work is aborted.
   */
  readonly onSign?: () => void;
  /** Told what it prints and does, as it comes, for whoever watches; it is as hostile as the work may be. */
  readonly onPrinted?: (text: string) => void;
  /** Told what it cost so far, whenever that grows: what is cut short has cost that, too. */
  readonly onSpent?: (spent: Spent) => void;
  /** Absent: it goes on with nothing that it remembers, and leaves nothing to be gone on with. */
  readonly recall?: Recall;
  /** Absent: it never rests. Time in which it rests is no part of `limits.attemptMs`. */
  readonly rest?: Rest;
}

/** What an executor may remember of the work on a task from one attempt to the next, on one machine. */
export interface Recall {
  readonly task: TaskId;
  /** Whether what it remembers now may be gone on with: nobody has a part in it who is not trusted with more. */
  readonly keeps: boolean;
}

/**
 * Whether work is to stand still for now, on the word of the operator: its processes are stopped where they
 * are, no model is asked anything new, and it goes on from there afterwards. Abort ends it all the same.
 */
export interface Rest {
  wanted(): boolean;
  /** Told each change, until the returned function is called. */
  onChange(listener: () => void): () => void;
}

/**
 * Asks other peers, and resolves when one has helped or it is certain that nobody does. What a helper
 * changed is in the workspace by then: nothing may work in it meanwhile. Throws `aborted`.
 */
export type AskForHelp = (
  question: string,
  options?: {
    signal?: AbortSignal;
    /** Asked by the peer itself; absent: a model or a recipe asks. */
    lacks?: Lack;
  },
) => Promise<HelpReport>;

export interface HelpReport {
  readonly helped: boolean;
  /** What a helper says, data and never an order; or why there is no help. */
  readonly text: string;
  /** Whether files of the workspace were changed. */
  readonly changed: boolean;
  /** Only where the acceptance was asked for: it passed there. */
  readonly proof?: Proven & { readonly by: PeerId };
}

export interface ExecutorReport {
  readonly succeeded: boolean;
  /** Why not, in one sentence. */
  readonly reason: string;
  readonly commands: readonly CommandReport[];
  /** What it failed for and this machine turned out not to have, beside a command that ended with 127. */
  readonly lacks?: Lack;
  /** The last words of a model, whole; absent: it had none. */
  readonly answer?: string;
  /** Of a tool that can go on with it; absent: there is none, or somebody has a part in it whom nobody knows. */
  readonly session?: string;
  /** What a model did and cost; absent: none was asked. */
  readonly spent?: Spent;
}

/** Does the work. Abort ends the whole process group before it returns. */
export interface Executor<J extends Job = Job> {
  /** Whether it could do something now; absent: always. */
  ready?(): boolean;
  /** Models that can be asked now; Absent: it needs none, or chooses itself. */
  models?(): readonly ModelName[];
  /** What is known of them; absent: nothing. */
  facts?(): readonly ModelFacts[];
  /**
   * Throws `sandbox_missing` when the operator requires a sandbox and there is none, `aborted` on
   * abort, `worker_lost` when the process that leads the work died. Work that goes wrong is a report, not an error.
   */
  run(request: ExecutorRequest<J>, options?: { signal?: AbortSignal }): Promise<ExecutorReport>;
}

/** What this machine can do, by the names that stand in the capabilities; absent: it cannot. */
export interface Executors {
  readonly recipe?: Executor<RecipeJob>;
  readonly ollama?: Executor<PromptJob>;
  readonly cli?: { readonly [K in CliName]?: Executor<PromptJob> };
}
