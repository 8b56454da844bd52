/**
 * Faults that are built into a peer on purpose, at its ports: a simulator that does not find them
 * proves nothing.
 */
import {
  type Account,
  commitOid,
  encodeLockCommit,
  decodeLockCommit,
  type RepoName,
} from '@bzzz/protocol';
import type { FencePush, Forge, Journal } from '@bzzz/coordination';
import type { ForgeState } from './forge-state.ts';
import type { Timeline } from './timeline.ts';

export const bugs = {
  'no-nonce': 'several peers push one identical commit, and each is told that it won',
  'no-lease-check': 'pushes overwrite whatever stands on the branches',
  'assignment-as-lock': 'a claim is believed when the issue is assigned to our account',
  'pushed-apart': 'lock and result are pushed one after the other',
  'stale-issue': 'the issue is read once and never again',
  'effects-before-journal': 'the journal acknowledges before anything is on disk',
  'forgets-its-claims': 'the intents of claims do not survive a crash',
} as const;
export type Bug = keyof typeof bugs;

export interface BugContext {
  readonly repo: RepoName;
  readonly account: Account;
  readonly state: ForgeState;
  readonly timeline: Timeline;
}

export function withForgeBug(bug: Bug | undefined, forge: Forge, context: BugContext): Forge {
  switch (bug) {
    case 'no-nonce':
      return { ...forge, push: (repo, push, o) => forge.push(repo, faceless(push, context), o) };
    case 'no-lease-check':
      return { ...forge, push: (repo, push, o) => forge.push(repo, forced(push, context), o) };
    case 'assignment-as-lock':
      return assignmentAsLock(forge, context);
    case 'pushed-apart':
      return pushedApart(forge);
    case 'stale-issue':
      return staleIssue(forge);
    case 'effects-before-journal':
    case 'forgets-its-claims':
    case undefined:
      return forge;
  }
}

export function withJournalBug(bug: Bug | undefined, journal: Journal): Journal {
  if (bug === 'effects-before-journal') {
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
  if (bug === 'forgets-its-claims') {
    return {
      ...journal,
      async *read(options) {
        for await (const stored of journal.read(options)) {
          if (stored.entry.body.kind !== 'fence.intended') yield stored;
        }
      },
    };
  }
  return journal;
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
