/** The Forge port over the virtual forge: latency, losses and stale reads for one peer's process. */
import {
  type Account,
  BzzzError,
  commitOid,
  isBzzzError,
  type IssueNumber,
  issueHash,
  type PeerId,
  taskParts,
  type VisibleEffect,
} from '@bzzz/protocol';
import type { Forge, PullRequest, PushReply } from '@bzzz/coordination';
import type { Faults } from './faults.ts';
import {
  type ForgeState,
  issueOfPull,
  pullOfIssue,
  type Snapshot,
  withLabel,
} from './forge-state.ts';
import { createExchange } from './forge-exchange.ts';
import { limited } from './forge-outcomes.ts';
import type { ForgeWeather, RequestKind } from './forge-weather.ts';
import type { History } from './history.ts';
import type { Process } from './process.ts';
import type { SeededRandom } from './random.ts';
import type { Sights } from './sights.ts';
import type { Timeline } from './timeline.ts';
import { reviewOf } from './virtual-review.ts';
import type { VirtualCommits } from './virtual-commits.ts';

export interface VirtualForgeDeps {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly state: ForgeState;
  readonly history: History;
  readonly process: Process;
  readonly sights: Sights;
  readonly commits: VirtualCommits;
  readonly faults: () => Faults;
  readonly weather: ForgeWeather;
}

export interface VirtualForgeOptions {
  readonly peer: PeerId;
  readonly account: Account;
  /** Longest age of a stale read; a reader to whom all are stale sees the past of one age, half of it or more. */
  readonly lagMs: number;
  /** Goes on though it was told to wait: a bug built in on purpose. */
  readonly deaf?: boolean;
}

/** GitHub's limits on what is written there. */
const bodyCharsMax = 65_536;
const titleCharsMax = 256;

export function createVirtualForge(deps: VirtualForgeDeps, options: VirtualForgeOptions): Forge {
  const { timeline, random, state, history, sights, commits, weather } = deps;
  const { peer, account } = options;
  const exchange = createExchange(deps, peer);
  /** What became of issues is read with draws of its own, so that the rest of a seed stays what it was. */
  const historyDraws = random.fork('history');
  const reader = random.fork('reader');
  const readerRank = reader.unit();
  const readerAgeMs = reader.between(Math.ceil(options.lagMs / 2), options.lagMs);
  /** As the adapter of production: what is told to one request holds for all. */
  let gateOpensAtMs = 0;

  /** A request to the API: counted by the forge, and limited. */
  async function ask<T>(
    kind: RequestKind,
    signal: AbortSignal | undefined,
    effect: () => T,
    draws = random,
  ): Promise<T> {
    const waitMs = gateOpensAtMs - timeline.nowMs();
    if (waitMs > 0 && options.deaf !== true) throw limited(waitMs);
    history.record({ kind: 'request', peer, account, what: kind });
    try {
      const limitedEffect = () => {
        const toldMs = weather.toldMs(account, kind);
        if (toldMs > 0) throw limited(toldMs);
        return effect();
      };
      return await exchange({ signal, effect: limitedEffect, writes: kind === 'write', draws });
    } catch (error) {
      if (isBzzzError(error, 'forge_rate_limited') && error.retryAfterMs !== undefined) {
        gateOpensAtMs = Math.max(gateOpensAtMs, timeline.nowMs() + error.retryAfterMs);
        history.record({ kind: 'told-to-wait', peer, untilMs: gateOpensAtMs });
      }
      throw error;
    }
  }

  /** What git does: neither counted nor limited. */
  function gitAsk<T>(signal: AbortSignal | undefined, effect: () => T, writes = false): Promise<T> {
    history.record({ kind: 'request', peer, account, what: 'git' });
    return exchange({ signal, effect, writes, draws: random });
  }

  /** `move` returns whether it was accepted. */
  async function moveBranches(
    signal: AbortSignal | undefined,
    move: () => boolean,
  ): Promise<PushReply> {
    try {
      const answer = () =>
        move()
          ? { kind: 'accepted' as const }
          : { kind: 'rejected' as const, reason: weather.refuses() ? 'a rule' : 'stale info' };
      return await gitAsk(signal, answer, true);
    } catch (error) {
      if (isBzzzError(error, 'forge_unreachable')) return { kind: 'unknown', reason: 'no answer' };
      throw error;
    }
  }

  function snapshot(number: IssueNumber, draws = random): Snapshot {
    const { staleRead, staleReaders } = deps.faults();
    const once = draws.chance(staleRead) ? draws.between(0, options.lagMs) : 0;
    const always = readerRank < staleReaders ? readerAgeMs : 0;
    const found = state.at(number, timeline.nowMs(), Math.max(once, always));
    if (found === undefined) throw new BzzzError('forge_not_found', `no issue ${number}`);
    if (once + always > 0 && found !== state.at(number, timeline.nowMs())) {
      sights.count(always > 0 ? 'staleReaders' : 'staleRead');
    }
    return found;
  }

  function fresh(number: IssueNumber): Snapshot {
    const found = state.at(number, timeline.nowMs());
    if (found === undefined) throw new BzzzError('forge_not_found', `no issue ${number}`);
    return found;
  }

  /** Any number may be asked for, also that of an issue. */
  function shown(id: number, read: (number: IssueNumber) => Snapshot): Snapshot {
    const number = state.numbers().find((one) => pullOfIssue(one) === id);
    if (number === undefined) throw new BzzzError('forge_not_found', `no pull request ${id}`);
    return read(number);
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

  return {
    account: (o) => ask('read', o?.signal, () => account),
    async readIssue(_repo, number, o) {
      const issue = await ask('read', o?.signal, () => snapshot(number).issue);
      // Only now the peer knows.
      history.record({ kind: 'issue-read', peer, issue });
      return issue;
    },
    async readRemarks(_repo, number, o) {
      const look = () => {
        const { remarks, comments } = snapshot(number, historyDraws);
        return { remarks, comments: remarks.length + comments };
      };
      const askedAtMs = timeline.nowMs();
      history.record({ kind: 'remarks-asked', peer, number });
      const read = await ask('read', o?.signal, look, historyDraws);
      const { remarks } = read;
      history.record({ kind: 'remarks-read', peer, number, askedAtMs, remarks });
      return read;
    },
    readHistory(_repo, number, o) {
      const look = () => {
        const { issue, writtenAtMs, labelled } = snapshot(number, historyDraws);
        const { updatedAtMs } = issue;
        return { wordsSha256: issueHash(issue), updatedAtMs, writtenAtMs, labelled };
      };
      return ask('read', o?.signal, look, historyDraws);
    },
    readAssociation: (_repo, of, o) =>
      ask('read', o?.signal, () => state.associationOf(of), historyDraws),
    readBase: (_repo, o) =>
      gitAsk(o?.signal, () => ({
        base: { branch: 'main', oid: state.base.oid, mirror: 'virtual' },
        policy: state.base.policy,
      })),
    pollIssues: (_repo, cursor, o) =>
      ask('read', o?.signal, () => {
        const sinceMs = cursor?.since === null || cursor === null ? -1 : Number(cursor.since);
        const all = state.numbers().map((number) => snapshot(number));
        const shown = all.filter(({ issue }) => issue.updatedAtMs >= sinceMs - options.lagMs);
        const changed = shown.map(({ issue }) => issue);
        const newest = Math.max(0, ...all.map(({ issue }) => issue.updatedAtMs));
        // Times are whole seconds, in which an issue may change twice.
        const etag = shown.map(({ issue, atMs }) => `${issue.number}@${atMs}`).join();
        // Not modified: the window shows what it showed before.
        if (cursor !== null && cursor.etag === etag) return { changed: [], cursor };
        return { changed, cursor: { etag, since: String(newest) } };
      }),
    async readFence(_repo, number, o) {
      const fence = await gitAsk(o?.signal, () => {
        const { lock, result } = snapshot(number);
        const commit = lock === null ? undefined : state.object(lock);
        if (lock === null || commit === undefined) return { lock: null, result };
        return { lock: { oid: lock, commit }, result };
      });
      // As above.
      history.record({ kind: 'fence-read', peer, number, fence });
      return fence;
    },
    // What it tells peers to wait is all the limit that it has.
    shareAccount: () => undefined,
    async push(_repo, push, o) {
      if (commitOid(push.lock.commit) !== push.lock.oid) {
        throw new BzzzError('lock_malformed', `not the commit ${push.lock.oid}`);
      }
      return moveBranches(o?.signal, () => {
        const accepted = !weather.refuses() && state.push(push, timeline.nowMs());
        history.record({ kind: 'push', peer, push, accepted });
        return accepted;
      });
    },
    readWork: (_repo, work, base, o) =>
      gitAsk(o?.signal, () => {
        const made = commits.get(work);
        return made === undefined ? null : { ...base, oid: made.base };
      }),
    rebaseWork: (_repo, work, base, o) =>
      gitAsk(o?.signal, () => {
        const made = commits.get(work);
        if (made === undefined) return null;
        if (made.base === base.oid) return { oid: work, conflicts: [] };
        const { task, ...anew } = { ...made, base: base.oid };
        const oid = commits.make(historyDraws, { task, ...anew });
        const { number } = taskParts(task);
        history.record({ kind: 'made', peer, number, result: oid, ...anew });
        return { oid, conflicts: ['a'] };
      }),
    listBranches: (_repo, o) =>
      gitAsk(o?.signal, () =>
        state.numbers().flatMap((number) => {
          const { lock, result } = snapshot(number);
          return lock === null && result === null ? [] : [{ number, lock, result }];
        }),
      ),
    deleteBranches: (_repo, branches, o) =>
      moveBranches(o?.signal, () => {
        const accepted = !weather.refuses() && state.deleteBranches(branches, timeline.nowMs());
        history.record({ kind: 'tidied', peer, branches, accepted });
        return accepted;
      }),
    assign: (_repo, number, o) => ask('write', o?.signal, () => setAssignees(number, 'assign')),
    unassign: (_repo, number, o) => ask('write', o?.signal, () => setAssignees(number, 'unassign')),
    putComment: (_repo, number, body, o) =>
      ask('write', o?.signal, () => {
        const { comment, comments } = fresh(number);
        if (body.length > bodyCharsMax) throw new BzzzError('forge_refused', 'body is too long');
        const isSaid = o?.unlessSaid !== undefined && comment?.includes(o.unlessSaid) === true;
        const written = comment !== body && !isSaid;
        const posted = comment === null ? comments + 1 : comments;
        if (written) write(number, 'comment', { comment: body, comments: posted });
        return { written, id: number };
      }),
    addLabel: (_repo, number, label, o) =>
      ask('write', o?.signal, () => {
        const now = fresh(number);
        const written = !now.issue.labels.includes(label);
        if (written) write(number, 'label', withLabel(now, label, account, timeline.nowMs()));
        return { written };
      }),
    findPullRequests: (_repo, number, o) =>
      ask('read', o?.signal, () => {
        const { pullRequest } = snapshot(number);
        return pullRequest === null ? [] : [pullRequest];
      }),
    readReview(_repo, id, o) {
      const look = () => shown(id, (number) => snapshot(number, historyDraws));
      return ask('read', o?.signal, () => reviewOf(look(), o), historyDraws);
    },
    putPullRequest: (_repo, number, text, o) =>
      ask('write', o?.signal, () => {
        const { pullRequest, pullRequestText, result } = fresh(number);
        if (result === null) throw new BzzzError('forge_not_found', 'no result branch');
        if (text.title.length > titleCharsMax || text.body.length > bodyCharsMax) {
          throw new BzzzError('forge_refused', 'title or body is too long');
        }
        if (pullRequest !== null) {
          const { title = text.title, body } = pullRequestText ?? {};
          const written = pullRequest.state === 'open' && body !== text.body;
          const pullRequestNow = { title, body: text.body };
          if (written) write(number, 'pull-request', { pullRequestText: pullRequestNow });
          return { written, id: pullRequest.number };
        }
        const opened: PullRequest = {
          number: pullOfIssue(number),
          state: 'open',
          draft: true,
          head: result,
          url: `virtual:${number}`,
        };
        write(number, 'pull-request', { pullRequest: opened, pullRequestText: text }, true);
        return { written: true, id: opened.number };
      }),
    putVerdicts: (_repo, id, body, o) =>
      ask('write', o?.signal, () => {
        const number = issueOfPull(id);
        if (body.length > bodyCharsMax) throw new BzzzError('forge_refused', 'body is too long');
        const written = fresh(number).verdicts !== body;
        if (written) write(number, 'verdicts', { verdicts: body });
        return { written, id };
      }),
    markReady: (_repo, { pullRequest: id, head }, o) =>
      ask('write', o?.signal, () => {
        const number = issueOfPull(id);
        const { pullRequest } = fresh(number);
        const written =
          pullRequest?.state === 'open' && pullRequest.draft && pullRequest.head === head;
        if (written) write(number, 'ready', { pullRequest: { ...pullRequest, draft: false } });
        return { written };
      }),
    markDraft: (_repo, id, o) =>
      ask('write', o?.signal, () => {
        const { pullRequest } = shown(id, fresh);
        if (pullRequest === null) throw new BzzzError('forge_not_found', `no pull request ${id}`);
        const written = pullRequest.state === 'open' && !pullRequest.draft;
        const draft = { ...pullRequest, draft: true };
        if (written) write(issueOfPull(id), 'draft', { pullRequest: draft });
        return { written };
      }),
  };
}
