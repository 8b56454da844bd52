/**
 * What people see of a task on the forge: assignment, one comment, label, pull request. All are put
 * if absent, so they may be repeated at any time, by us or by a later holder. Each write has its
 * intent in the journal first (invariant 7).
 */
import { isBzzzError, type LockRecord, taskParts, type VisibleEffect } from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Clock, Forge, PullRequestText, Random } from '../ports/index.ts';
import { patiently } from '../support/backoff.ts';
import type { Trouble } from '../support/trouble.ts';
import { claimComment, doneComment, failedComment, failedWords, releasedComment } from './texts.ts';

/** Put on issues that bzzz gave up. */
export const needsPersonLabel = 'bzzz:needs-person';

export interface Visible {
  claimed(record: LockRecord, signal: AbortSignal): Promise<void>;
  /** Opens the pull request, or adopts it, and returns its number. */
  done(record: LockRecord, text: PullRequestText, signal: AbortSignal): Promise<number>;
  /** On the pull request: what other peers found. */
  verdicts(
    record: LockRecord,
    pullRequest: number,
    body: string,
    signal: AbortSignal,
  ): Promise<void>;
  /** `verified`: as many others as were wanted have judged it; by default they have, where any were wanted. */
  ready(
    record: LockRecord,
    pullRequest: number,
    signal: AbortSignal,
    how?: { readonly verified: boolean },
  ): Promise<void>;
  /** On the pull request: what stands there is about to be replaced. */
  draft(record: LockRecord, pullRequest: number, signal: AbortSignal): Promise<void>;
  /** On the issue: the last words. `how` says how far the result is verified. */
  finished(
    record: LockRecord,
    pullRequest: number,
    how: string,
    signal: AbortSignal,
  ): Promise<void>;
  failed(record: LockRecord, reason: string, signal: AbortSignal): Promise<void>;
  released(record: LockRecord, reason: string, signal: AbortSignal): Promise<void>;
}

export interface VisibleDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly forge: Forge;
  readonly chronicle: Chronicle;
  readonly trouble: Trouble;
}

export interface VisibleOptions {
  readonly peerName: string;
  readonly backoffMs: number;
}

interface Written {
  readonly written: boolean;
  readonly id?: number;
}

export function createVisible(deps: VisibleDeps, options: VisibleOptions): Visible {
  const { chronicle, forge, trouble } = deps;
  const { peerName } = options;

  /** Journals, writes with patience, journals. Throws what no later try can mend. */
  async function put<W extends Written>(
    record: LockRecord,
    effect: VisibleEffect,
    signal: AbortSignal,
    write: () => Promise<W>,
  ): Promise<W> {
    const { task, epoch } = record;
    await chronicle.record({ kind: 'effect.intended', task, epoch, effect });
    const patience = { firstMs: options.backoffMs, signal };
    const tellOf = { ...deps, onTrouble: (error: unknown) => trouble.tell(error, task) };
    const done = await patiently(tellOf, patience, write);
    const { written, id } = done;
    const settled = { kind: 'effect.settled' as const, task, epoch, effect, written };
    await chronicle.record(id === undefined ? settled : { ...settled, id });
    return done;
  }

  /** For what is only shown: if the forge will never take it, the work itself still counts. */
  async function show(
    record: LockRecord,
    effect: VisibleEffect,
    signal: AbortSignal,
    write: () => Promise<Written>,
  ): Promise<void> {
    try {
      await put(record, effect, signal, write);
    } catch (error) {
      if (signal.aborted || !isBzzzError(error)) throw error;
      trouble.tell(error, record.task);
    }
  }

  function comment(
    record: LockRecord,
    body: string,
    signal: AbortSignal,
    unless: { unlessSaid?: string } = {},
  ): Promise<void> {
    const { repo, number } = taskParts(record.task);
    return show(record, 'comment', signal, () =>
      forge.putComment(repo, number, body, { signal, ...unless }),
    );
  }

  return {
    async claimed(record, signal) {
      const { repo, number } = taskParts(record.task);
      await show(record, 'assign', signal, () => forge.assign(repo, number, { signal }));
      await comment(record, claimComment(peerName, record), signal);
    },
    async done(record, text, signal) {
      const { repo, number } = taskParts(record.task);
      const { id } = await put(record, 'pull-request', signal, () =>
        forge.putPullRequest(repo, number, text, { signal }),
      );
      return id;
    },
    verdicts(record, pullRequest, body, signal) {
      const { repo } = taskParts(record.task);
      return show(record, 'verdicts', signal, () =>
        forge.putVerdicts(repo, pullRequest, body, { signal }),
      );
    },
    ready(record, pullRequest, signal, how) {
      if (record.state !== 'result') return Promise.resolve();
      const { repo } = taskParts(record.task);
      const verified = how?.verified ?? record.verdicts > 0;
      const at = { pullRequest, head: record.result, verified };
      return show(record, 'ready', signal, () => forge.markReady(repo, at, { signal }));
    },
    draft(record, pullRequest, signal) {
      const { repo } = taskParts(record.task);
      return show(record, 'draft', signal, () => forge.markDraft(repo, pullRequest, { signal }));
    },
    finished: (record, pullRequest, how, signal) =>
      comment(record, doneComment(peerName, record, pullRequest, how), signal),
    async failed(record, reason, signal) {
      const { repo, number } = taskParts(record.task);
      // Lock and journal know less of the reason than what was told first.
      const unlessSaid = failedWords(record);
      await comment(record, failedComment(peerName, record, reason), signal, { unlessSaid });
      await show(record, 'label', signal, () =>
        forge.addLabel(repo, number, needsPersonLabel, { signal }),
      );
    },
    async released(record, reason, signal) {
      const { repo, number } = taskParts(record.task);
      await show(record, 'unassign', signal, () => forge.unassign(repo, number, { signal }));
      await comment(record, releasedComment(peerName, record, reason), signal);
    },
  };
}
