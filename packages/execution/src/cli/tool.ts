/**
 * A coding command line as data: how it is found, started and read. Nothing here does anything; the one
 * executor (`attempt.ts`) runs whatever is described like this.
 *
 * In arguments, environment and files of the home folder stand for what is known only at the start:
 * `{api}` the root of the model API as the tool reaches it, `{key}` what it takes for the key, `{model}`,
 * `{session}`, `{prompt}` the file that holds the prompt.
 */
import type { CliName } from '@bzzz/protocol';
import type { ApiName } from './api/apis.ts';

export interface CliTool {
  readonly name: CliName;
  readonly program: string;
  readonly version: { readonly argv: readonly string[]; readonly pattern: RegExp };
  readonly api: ApiName;
  readonly argv: {
    readonly work: readonly string[];
    /** Appended where the operator names a model. */
    readonly model: readonly string[];
    /** Goes on with a session; null: it cannot. */
    readonly resume: readonly string[] | null;
    /**
     * Goes on with a session in a new one, so that the old one stays as it was. Null: it cannot, and resumes
     * instead, which is why what it remembers is always a copy.
     */
    readonly fork: readonly string[] | null;
  };
  /**
   * Files below HOME that are its session, as patterns of a policy name files: what it needs to go on with it, and
   * nothing that it reads in every session.
   */
  readonly sessionFiles: readonly string[];
  /** What it counts for the whole session when it goes on with one, and not for its own run. */
  readonly sessionCounts: readonly (keyof Counts)[];
  /** Whether it says what it cost, whichever model it asks; what it leaves out counts nothing. */
  readonly tellsCost: boolean;
  /** Memory that its runtime reserves and never touches; null: no more than usual. */
  readonly reservedBytes: number | null;
  readonly prompt: 'stdin' | 'file';
  readonly environment: Readonly<Record<string, string>>;
  /** Written below HOME before the start. */
  readonly homeFiles: Readonly<Record<string, string>>;
  readonly output: Output;
  /** What its exit codes mean, where that is documented; 0 is success. */
  readonly exits: Readonly<Record<number, string>>;
  /** Shown to who has not got it. */
  readonly install: string;
}

export interface Output {
  /** `lines`: a JSON object a line; what is none is counted and passed over. `text`: words for people. */
  readonly format: 'lines' | 'text';
  /** What one line tells; null: nothing that is known. */
  readonly read: (line: unknown) => Told | null;
  /** It says itself when it has done its work: without that word, exit code 0 is no success. */
  readonly saysItsEnd: boolean;
}

export interface Counts {
  readonly turns?: number | undefined;
  readonly tokensRead?: number | undefined;
  readonly tokensWritten?: number | undefined;
  readonly costUsd?: number | undefined;
}

export interface Told {
  readonly session?: string | undefined;
  readonly model?: string | undefined;
  /** Since the last such line. */
  readonly more?: Counts;
  /** Of the whole run; takes the place of what was counted before. */
  readonly total?: Counts;
  /** A message of the model; the last one stands. `part`: more of the same message. */
  readonly said?: string | undefined;
  readonly part?: string | undefined;
  /** The message is whole: a further part begins another. */
  readonly whole?: boolean;
  /** What people who watch are shown of it; parts are shown as they are. */
  readonly shown?: string | undefined;
  /** Why it failed. */
  readonly failure?: string | undefined;
  readonly ended?: boolean;
}
