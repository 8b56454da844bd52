import type { Epoch, Oid, Policy, Setup, TaskId } from '@bzzz/protocol';
import type { Rest } from './executor.ts';
import type { Base } from './forge.ts';

export type WorkLimits = Policy['limits'];

/**
 * What makes the folders that every command finds in a worktree, read-only, and that are no part of what
 * is collected. It comes from the policy on the base branch alone.
 */
export interface SetupJob extends Setup {
  readonly limits: WorkLimits;
}

export interface ChangedFile {
  readonly path: string;
  readonly status: 'added' | 'modified' | 'deleted';
  /** Of an added one: it stood somewhere else on the base, the same or much the same. */
  readonly moved?: boolean;
  /** Git's mode of the new side: 100644, 100755, 120000 (link), 160000 (submodule); 000000 deleted. */
  readonly mode: string;
  readonly bytes: number;
  /** Added and removed, together; 0 where git takes the file for a binary one. */
  readonly lines: number;
}

/** One commit between base and result, as the checks of a push look at it. */
export interface CommitFacts {
  readonly oid: Oid;
  readonly files: readonly ChangedFile[];
  /** What the secret scanner found: where and by which rule, never the secret. */
  readonly secrets: readonly { readonly path: string; readonly rule: string }[];
}

export interface Collected {
  readonly result: Oid;
  /** Oldest first. */
  readonly commits: readonly CommitFacts[];
}

/** A checkout of the base for one attempt. It has no remote, and its git state is never trusted. */
export interface Workspace {
  /** Folder of the files. Opaque to coordination, which hands it to an `Executor`. */
  readonly path: string;
  /**
   * Makes one commit of everything that differs from the base, in the mirror. Null: nothing does. It
   * may be called while an executor works: then the commit is what could be read at that time, and never of
   * anything that the executor itself could not read.
   * Throws `workspace_hostile` on what cannot be committed safely (nested repositories, devices).
   */
  collect(message: string, options?: { signal?: AbortSignal }): Promise<Collected | null>;
  /**
   * Puts a patch of somebody else into the files, or takes it out again; all of it or nothing. Throws
   * `patch_refused` when it does not fit or reaches out of the folder.
   */
  apply(patch: string, options?: { reverse?: boolean; signal?: AbortSignal }): Promise<void>;
  /**
   * Path of configuration of coding tools that is not as on the base; null: all of it is. What `collect` would not
   * see, since git ignores it, is removed. Nothing may run there meanwhile.
   */
  agentsChanged(options?: { signal?: AbortSignal }): Promise<string | null>;
  /** Removes the folder and ends what still runs in it. Idempotent. */
  dispose(): Promise<void>;
}

export interface CommandReport {
  readonly argv: readonly string[];
  /** Null: ended by a signal or a limit. */
  readonly exitCode: number | null;
  readonly elapsedMs: number;
  /** The last lines of what it printed, at most 4 KiB, control characters removed. */
  readonly outputTail: string;
}

export interface Acceptance {
  readonly passed: boolean;
  readonly commands: readonly CommandReport[];
  /** Judge files that the result changed; the base's were used. For a person to look at. */
  readonly judgeFilesChanged: readonly string[];
}

export interface AcceptanceJob {
  readonly base: Base;
  readonly result: Oid;
  /** Globs of files taken from the base, whatever the result says. */
  readonly judge: readonly string[];
  readonly commands: readonly (readonly string[])[];
  readonly limits: WorkLimits;
  readonly setup?: SetupJob | undefined;
  /**
   * The files of the base, and of the result these alone, by their paths; one that the base has is the base's.
   * Absent: the files of the result.
   */
  readonly only?: readonly string[] | undefined;
  /** Every command is run, whatever came of those before it. Default: the first that fails is the last. */
  readonly everyCommand?: boolean | undefined;
}

export interface Workspaces {
  /**
   * With the files of the base, or of `from`, a commit on it that is in the mirror. Throws
   * `workspace_failed`, `setup_failed`, `tool_missing` where a program of the setup is not installed,
   * `workspace_hostile`.
   */
  create(
    job: {
      task: TaskId;
      epoch: Epoch;
      base: Base;
      from?: Oid | undefined;
      setup?: SetupJob | undefined;
    },
    options?: { signal?: AbortSignal },
  ): Promise<Workspace>;
  /**
   * What a result that is in the mirror changes, as `collect` tells it of one's own. Throws
   * `workspace_hostile`, `workspace_failed`, `aborted`.
   */
  inspect(job: { base: Base; result: Oid }, options?: { signal?: AbortSignal }): Promise<Collected>;
  /**
   * The difference between two commits of the mirror, as `Workspace.apply` takes it. Throws
   * `patch_too_large` beyond so many characters.
   */
  diff(
    job: { base: Base; from: Oid; to: Oid; charsMax: number },
    options?: { signal?: AbortSignal },
  ): Promise<string>;
  /**
   * Runs the acceptance in a clean checkout of the result, in the sandbox. No command finds files of the checkout
   * changed by one before it, nor further files that judge or say what git ignores, but for what the base ignores and
   * what the setup provides; what else was built stays. Throws `workspace_failed`, `setup_failed`, `tool_missing`,
   * `workspace_hostile` (also at a special file that a command left for the next), `aborted`. While `rest` wants it, its commands stand still.
   * `onPrinted` is told what they print.
   */
  accept(
    job: AcceptanceJob,
    options?: { signal?: AbortSignal; rest?: Rest; onPrinted?: (text: string) => void },
  ): Promise<Acceptance>;
  /** Removes what an earlier process left behind. Called once, before any `create`. */
  sweep(): Promise<void>;
}
