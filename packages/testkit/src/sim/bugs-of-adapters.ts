/** Bugs between a peer and its ports; what they do stands in port-bugs.ts. */
import type { BugSpec } from './bug-spec.ts';

export const bugsOfAdapters = {
  'no-nonce': {
    what: 'several peers push one identical commit, and each is told that it won',
    breaks: [1, 7, '4.2-nonce'],
  },
  'no-lease-check': {
    what: 'pushes overwrite whatever stands on the branches',
    breaks: [2, '4.2-lease'],
  },
  'assignment-as-lock': {
    what: 'a claim is believed when the issue is assigned to our account',
    breaks: [1],
  },
  'pushed-apart': {
    what: 'lock and result are pushed one after the other',
    breaks: [1, '4.2-pair'],
  },
  'stale-issue': {
    what: 'the issue is read once and never again',
    breaks: ['4.2-second-look'],
  },
  'writes-twice': {
    what: 'every word is first put in a draft of it',
    breaks: ['4.2-six-writes'],
  },
  'effects-before-journal': {
    what: 'the journal acknowledges before anything is on disk',
    breaks: [7],
  },
  'journal-rewinds': {
    what: 'a store that was cut off opens shorter, and is written on',
    breaks: [8],
  },
  'believes-copies': {
    what: 'what another peer hands on of a journal is kept without a look at who wrote it',
    breaks: [8],
  },
  'deaf-to-limits': {
    what: 'requests go out though the forge said to wait',
    breaks: [10, '4.2-rate'],
  },
  'comment-stream': {
    what: 'every word is a new comment',
    breaks: ['4.2-one-comment'],
  },
  'pull-request-anew': {
    what: 'a pull request is opened without looking for one',
    breaks: [1, '4.2-put-if-absent'],
  },
} as const satisfies Readonly<Record<string, BugSpec>>;
