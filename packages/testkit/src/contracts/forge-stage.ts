/** The parts of the forge's contract suite share this: the subject of the running test. */
import type { Forge } from '@bzzz/coordination';
import { BzzzError, type ErrorCode, type IssueNumber, type RepoName } from '@bzzz/protocol';
import type { ForgePerson, ForgeSubject } from './forge-subject.ts';

export interface ForgeStage {
  readonly subject: ForgeSubject;
  /** A client of the test's own. */
  readonly forge: Forge;
  readonly repo: RepoName;
  readonly person: ForgePerson;
  openIssue(title?: string): Promise<IssueNumber>;
  /** For `expect.poll`: how long a read may lag. */
  readonly timing: PollTiming;
}

export interface PollTiming {
  readonly timeout: number;
  readonly interval: number;
}

/** Label of the issues that a test opens. */
export const labels = ['bzzz'];

/** The code of the error with which a call ends; `none` when it does not fail. */
export async function codeOf(call: Promise<unknown>): Promise<ErrorCode | 'none' | 'uncoded'> {
  try {
    await call;
    return 'none';
  } catch (error) {
    return error instanceof BzzzError ? error.code : 'uncoded';
  }
}
