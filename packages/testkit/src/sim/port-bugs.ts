/** Faults of a peer's adapters, built in on purpose between the peer and the virtual world. */
import {
  type Account,
  commitOid,
  decodeLockCommit,
  encodeLockCommit,
  type RepoName,
} from '@bzzz/protocol';
import type { FencePush, Forge, Journal } from '@bzzz/coordination';
import type { Bug } from './bugs.ts';
import type { ForgeState } from './forge-state.ts';
import type { Timeline } from './timeline.ts';
import type { VirtualDisk } from './virtual-journal.ts';

export interface BugContext {
  readonly repo: RepoName;
  readonly account: Account;
  readonly state: ForgeState;
  readonly timeline: Timeline;
}

export function withForgeBug(bug: Bug | undefined, forge: Forge, context: BugContext): Forge {
  const apply = bug === undefined ? undefined : forgeBugs[bug];
  return apply === undefined ? forge : apply(forge, context);
}

const forgeBugs: Partial<Record<Bug, (forge: Forge, context: BugContext) => Forge>> = {
  'no-nonce': (forge, context) => ({
    ...forge,
    push: (repo, push, o) => forge.push(repo, faceless(push, context), o),
  }),
  'no-lease-check': (forge, context) => ({
    ...forge,
    push: (repo, push, o) => forge.push(repo, forced(push, context), o),
  }),
  'assignment-as-lock': assignmentAsLock,
  'pushed-apart': pushedApart,
  'stale-issue': staleIssue,
  'writes-twice': (forge) => ({
    ...forge,
    async putComment(repo, number, body, o) {
      await forge.putComment(repo, number, `${body}\n`, o);
      return forge.putComment(repo, number, body, o);
    },
  }),
  'comment-stream': commentStream,
  'pull-request-anew': pullRequestAnew,
};

export function withJournalBug(bug: Bug | undefined, journal: Journal): Journal {
  if (bug !== 'effects-before-journal') return journal;
  let length = journal.length();
  return {
    ...journal,
    append(entry) {
      void journal.append(entry);
      length += 1;
      return Promise.resolve(length - 1);
    },
  };
}

/** What is on a disk when it is opened. */
export function openDisk(bug: Bug | undefined, disk: VirtualDisk): VirtualDisk {
  if (bug === 'journal-rewinds') disk.entries.splice(-2);
  return disk;
}

/** As if neither nonce nor peer stood in the commit: what is claimed first is claimed by all. */
function faceless(push: FencePush, { repo, state, timeline }: BugContext): FencePush {
  const standing = state.at(push.number, timeline.nowMs())?.lock ?? null;
  const there = standing === null ? undefined : state.object(standing);
  if (standing === null || there === undefined) return push;
  const mine = decodeLockCommit(repo, push.lock.commit);
  const theirs = decodeLockCommit(repo, there);
  const same =
    mine.parent === theirs.parent &&
    mine.record.epoch === theirs.record.epoch &&
    mine.record.state === theirs.record.state;
  if (!same) return push;
  const commit = encodeLockCommit(theirs);
  return { ...push, lock: { expected: push.lock.expected, oid: commitOid(commit), commit } };
}

function forced(push: FencePush, { state, timeline }: BugContext): FencePush {
  const now = state.at(push.number, timeline.nowMs());
  const lock = { ...push.lock, expected: now?.lock ?? null };
  if (push.result === undefined) return { ...push, lock };
  return { ...push, lock, result: { ...push.result, expected: now?.result ?? null } };
}

function assignmentAsLock(forge: Forge, context: BugContext): Forge {
  return {
    ...forge,
    async push(repo, push, o) {
      const { record } = decodeLockCommit(context.repo, push.lock.commit);
      if (record.state === 'held') {
        const issue = await forge.readIssue(repo, push.number, o);
        if (issue.assignees.every((login) => login === context.account)) {
          await forge.push(repo, forced(push, context), o);
          return { kind: 'accepted' };
        }
      }
      return forge.push(repo, forced(push, context), o);
    },
  };
}

function pushedApart(forge: Forge): Forge {
  return {
    ...forge,
    async push(repo, push, o) {
      if (push.result === undefined) return forge.push(repo, push, o);
      const lock = { ...push.lock };
      const first = await forge.push(repo, { number: push.number, lock }, o);
      return first.kind === 'accepted' ? forge.push(repo, push, o) : first;
    },
  };
}

function staleIssue(forge: Forge): Forge {
  const first = new Map<number, ReturnType<Forge['readIssue']>>();
  return {
    ...forge,
    readIssue(repo, number, o) {
      const known = first.get(number) ?? forge.readIssue(repo, number, o);
      first.set(number, known);
      return known;
    },
  };
}

function commentStream(forge: Forge, { state, timeline }: BugContext): Forge {
  return {
    ...forge,
    putComment(repo, number, body, o) {
      const comments = state.at(number, timeline.nowMs())?.comments ?? 0;
      state.change(number, timeline.nowMs(), { comments: comments + 1 });
      return forge.putComment(repo, number, body, o);
    },
  };
}

function pullRequestAnew(forge: Forge, { state, timeline }: BugContext): Forge {
  return {
    ...forge,
    findPullRequests: () => Promise.resolve([]),
    putPullRequest(repo, number, text, o) {
      state.change(number, timeline.nowMs(), { pullRequest: null });
      return forge.putPullRequest(repo, number, text, o);
    },
  };
}
