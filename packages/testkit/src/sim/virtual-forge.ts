/** The Forge port over the virtual forge: latency, losses and stale reads for one peer's process. */
import {
  type Account,
  BzzzError,
  commitOid,
  type Issue,
  type IssueNumber,
  type PeerId,
  type VisibleEffect,
} from '@bzzz/protocol';
import type { Forge, PullRequest } from '@bzzz/coordination';
import type { Faults } from './faults.ts';
import type { ForgeState, Snapshot } from './forge-state.ts';
import type { History } from './history.ts';
import type { Process } from './process.ts';
import type { SeededRandom } from './random.ts';
import type { Timeline } from './timeline.ts';

export interface VirtualForgeDeps {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly state: ForgeState;
  readonly history: History;
  readonly process: Process;
  readonly faults: () => Faults;
  /** Nobody reaches the forge. */
  readonly outage: () => boolean;
}

export interface VirtualForgeOptions {
  readonly peer: PeerId;
  readonly account: Account;
  /** Longest age of a stale read. */
  readonly lagMs: number;
}

/** How long a caller waits for an answer. */
const patienceMs = 10_000;

export function createVirtualForge(deps: VirtualForgeDeps, options: VirtualForgeOptions): Forge {
  const { timeline, random, state, history, process } = deps;
  const { peer, account } = options;

  /**
   * One request: `effect` happens at the forge, the caller learns of it or not. A signal cuts the
   * wait short but takes nothing back.
   */
  function ask<T>(signal: AbortSignal | undefined, effect: () => T): Promise<T> {
    return process.leave<T>((resolve, reject) => {
      let open = true;
      const settle = (how: () => void) => {
        if (!open) return;
        open = false;
        cancelPatience();
        signal?.removeEventListener('abort', onAbort);
        how();
      };
      const onAbort = () => settle(() => reject(new BzzzError('aborted', 'aborted')));
      const cancelPatience = timeline.after(patienceMs, () => settle(() => reject(unreachable())));
      if (signal?.aborted === true) return onAbort();
      signal?.addEventListener('abort', onAbort);
      const { requestLost, replyLost, lateEffect } = deps.faults();
      if (deps.outage() || random.chance(requestLost)) return;
      const late = random.chance(lateEffect) ? random.between(10_000, 90_000) : 0;
      const lost = random.chance(replyLost);
      timeline.after(random.between(20, 200) + late, () => {
        if (deps.outage()) return;
        const outcome = attempt(effect);
        if (lost) return;
        timeline.after(random.between(5, 100), () =>
          settle(() => (outcome.ok ? resolve(outcome.value) : reject(outcome.error))),
        );
      });
    });
  }

  function snapshot(number: IssueNumber): Snapshot {
    const stale = random.chance(deps.faults().staleRead) ? random.between(0, options.lagMs) : 0;
    const found = state.at(number, timeline.nowMs(), stale);
    if (found === undefined) throw new BzzzError('forge_not_found', `no issue ${number}`);
    return found;
  }

  function fresh(number: IssueNumber): Snapshot {
    const found = state.at(number, timeline.nowMs());
    if (found === undefined) throw new BzzzError('forge_not_found', `no issue ${number}`);
    return found;
  }

  function write(
    number: IssueNumber,
    effect: VisibleEffect,
    change: Partial<Snapshot>,
    opened = false,
  ): void {
    state.change(number, timeline.nowMs(), change);
    history.record({ kind: 'write', peer, number, effect, opened });
  }

  function setAssignees(number: IssueNumber, effect: 'assign' | 'unassign') {
    const { issue } = fresh(number);
    const has = issue.assignees.includes(account);
    if (has === (effect === 'assign')) return { written: false };
    const others = issue.assignees.filter((login) => login !== account);
    const assignees = effect === 'assign' ? [...others, account] : others;
    write(number, effect, { issue: { ...issue, assignees } });
    return { written: true };
  }

  function readIssue(number: IssueNumber): Issue {
    const { issue } = snapshot(number);
    history.record({ kind: 'issue-read', peer, issue });
    return issue;
  }

  return {
    account: (o) => ask(o?.signal, () => account),
    readIssue: (_repo, number, o) => ask(o?.signal, () => readIssue(number)),
    readBase: (_repo, o) =>
      ask(o?.signal, () => ({
        base: { branch: 'main', oid: state.base.oid, mirror: 'virtual' },
        policy: state.base.policy,
      })),
    pollIssues: (_repo, cursor, o) =>
      ask(o?.signal, () => {
        const sinceMs = cursor?.since === null || cursor === null ? -1 : Number(cursor.since);
        const all = state.numbers().map((number) => snapshot(number).issue);
        const changed = all.filter((issue) => issue.updatedAtMs >= sinceMs - options.lagMs);
        const newest = Math.max(0, ...all.map((issue) => issue.updatedAtMs));
        const etag = changed.map((issue) => `${issue.number}@${issue.updatedAtMs}`).join();
        // Not modified: the window shows what it showed before.
        if (cursor !== null && cursor.etag === etag) return { changed: [], cursor };
        return { changed, cursor: { etag, since: String(newest) } };
      }),
    readFence: (_repo, number, o) =>
      ask(o?.signal, () => {
        const { lock, result } = snapshot(number);
        const commit = lock === null ? undefined : state.object(lock);
        if (lock === null || commit === undefined) return { lock: null, result };
        return { lock: { oid: lock, commit }, result };
      }),
    async push(_repo, push, o) {
      if (commitOid(push.lock.commit) !== push.lock.oid) {
        throw new BzzzError('lock_malformed', `not the commit ${push.lock.oid}`);
      }
      try {
        return await ask(o?.signal, () => {
          const accepted = state.push(push, timeline.nowMs());
          history.record({ kind: 'push', peer, push, accepted });
          return accepted
            ? { kind: 'accepted' as const }
            : { kind: 'rejected' as const, reason: 'stale info' };
        });
      } catch (error) {
        if (error instanceof BzzzError && error.code === 'forge_unreachable') {
          return { kind: 'unknown', reason: 'no answer' };
        }
        throw error;
      }
    },
    assign: (_repo, number, o) => ask(o?.signal, () => setAssignees(number, 'assign')),
    unassign: (_repo, number, o) => ask(o?.signal, () => setAssignees(number, 'unassign')),
    putComment: (_repo, number, body, o) =>
      ask(o?.signal, () => {
        const written = fresh(number).comment !== body;
        if (written) write(number, 'comment', { comment: body });
        return { written, id: number };
      }),
    addLabel: (_repo, number, label, o) =>
      ask(o?.signal, () => {
        const { issue } = fresh(number);
        const written = !issue.labels.includes(label);
        if (written)
          write(number, 'label', { issue: { ...issue, labels: [...issue.labels, label] } });
        return { written };
      }),
    findPullRequests: (_repo, number, o) =>
      ask(o?.signal, () => {
        const { pullRequest } = snapshot(number);
        return pullRequest === null ? [] : [pullRequest];
      }),
    putPullRequest: (_repo, number, text, o) =>
      ask(o?.signal, () => {
        const { pullRequest, pullRequestText, result } = fresh(number);
        if (result === null) throw new BzzzError('forge_not_found', 'no result branch');
        if (pullRequest !== null) {
          const written =
            pullRequest.state === 'open' &&
            (pullRequestText?.title !== text.title || pullRequestText.body !== text.body);
          if (written) write(number, 'pull-request', { pullRequestText: text });
          return { written, id: pullRequest.number };
        }
        const opened: PullRequest = {
          number: 1_000 + number,
          state: 'open',
          draft: true,
          head: result,
          url: `virtual:${number}`,
        };
        write(number, 'pull-request', { pullRequest: opened, pullRequestText: text }, true);
        return { written: true, id: opened.number };
      }),
  };
}

function unreachable(): BzzzError {
  return new BzzzError('forge_unreachable', 'no answer');
}

type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

function attempt<T>(effect: () => T): Outcome<T> {
  try {
    return { ok: true, value: effect() };
  } catch (error) {
    return { ok: false, error };
  }
}
