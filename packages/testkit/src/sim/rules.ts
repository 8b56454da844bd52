import type { InvariantNumber } from './check/violation.ts';

/**
 * The rules of DESIGN.md 4.2 (the claim) and 4.3 (liveness and takeover), a line each, sentence by
 * sentence. Every one has a bug among bugs.ts that breaks it and that the simulator must find, by a check of
 * this very rule or by the invariant of `seenAs`; a test holds that.
 */
export const rules = {
  '4.2-lease': 'the branches of a task move only by a push that expects what was read',
  '4.2-nonce': 'no two peers push the same commit',
  '4.2-epoch': 'whoever takes over claims the epoch after the one that was read',
  '4.2-signature': 'a commit that is not signed by the peer it names is a person’s',
  '4.2-second-look': 'the issue is looked at again once the fence is won',
  '4.2-shown': 'assignment and comment tell who is on it before work begins',
  '4.2-one-comment': 'an issue has one comment of bzzz, edited in place',
  '4.2-pair': 'lock and result are published in one atomic push',
  '4.2-every-commit': 'no commit of a push touches what is protected, however the net change looks',
  '4.2-every-secret': 'no commit of a push holds a secret, however the net change looks',
  '4.2-early-work': 'no work is pushed before its publication unless the policy says so',
  '4.2-over-result': 'nobody starts an attempt by himself over a result',
  '4.2-completes': 'whoever takes over a result or a failure completes what people see of it',
  '4.2-rework-asked': 'but where trusted people, a check or the base branch ask for a rework of it',
  '4.2-rework-answered': 'what trusted people say of a result is answered, or given up in the end',
  '4.2-rework-stands': 'a result stands until another takes its place',
  '4.2-over-failure': 'nor over a failure, until people give the issue back',
  '4.2-prior-result':
    'with no lock branch, a pull request of the result branch is looked for first',
  '4.2-lost-lock': 'a lock branch that is gone is no licence to begin again',
  '4.2-first-read': 'the peer stops at the first read that shows that people object',
  '4.2-release-by-commit': 'a task is given back by a commit',
  '4.2-last-look': 'the issue is read again right before publishing',
  '4.2-own-account': 'an assignment is bzzz’s own only if the fence names the account',
  '4.2-own-tip': 'a peer owns a tip only if its own journal holds it',
  '4.2-same-commit': 'a push without an answer is repeated with the same commit',
  '4.2-refused-later': 'a push that a rule refused is tried again later',
  '4.2-refused-told': 'the operator is told that a rule refused a claim',
  '4.2-loser-silent': 'who lost writes nothing to the forge and unassigns nobody',
  '4.2-loser-tells': 'who lost journals to whom, and gossips the holder',
  '4.2-work-on': 'while the forge is away, work goes on and is published later',
  '4.2-outage': 'time in which the forge did not answer counts for no lease',
  '4.2-observer': 'a lease runs on the observer’s clock, from when it first saw the tip',
  '4.2-put-if-absent': 'what people see is put if it is not there',
  '4.2-overwritten': 'what a fenced owner wrote late is overwritten by the holder',
  '4.2-order': 'whoever ranks lower waits for his turn',
  '4.2-stands-down': 'who hears of a claim bids no more',
  '4.2-six-writes': 'a claim costs at most six writes',
  '4.2-rate': 'when the forge says wait, its account waits',
  '4.2-tidy': 'branches are deleted only of what people closed, and nobody holds or reviews',
  '4.2-three-failures': 'after three attempts that failed, and not before, a person is asked',
  '4.3-closed': 'a peer whose connection closes is suspected at once',
  '4.3-gossip': 'a suspicion is gossiped',
  '4.3-silence': 'a peer that goes silent is suspected though its connection stands',
  '4.3-probe': 'others are asked before a peer is declared dead',
  '4.3-refute': 'a peer that hears that it is suspected says that it lives',
  '4.3-majority': 'only who sees a majority declares anybody dead',
  '4.3-go-on': 'whoever takes over goes on from the work that was pushed, if the policy says so',
  '4.3-eager': 'what a peer held that is confirmed dead is taken over before its lease is out',
  '4.3-lease-out': 'a lease that ran out without a renewal may be taken over',
  '4.4-base': 'a result stands on the base that its attempt began with, and is judged there',
  '4.4-new-test': 'a test that a result adds fails without the rest of it',
} as const;
export type RuleId = keyof typeof rules;

/** Rules that say nothing but what an invariant says: its check is theirs. */
export const seenAs: Readonly<Partial<Record<RuleId, InvariantNumber>>> = {
  // It would be left for ever.
  '4.2-refused-later': 3,
  // There would be a second pull request.
  '4.2-put-if-absent': 1,
  '4.2-overwritten': 2,
  '4.2-rate': 10,
};

/**
 * What these sections say besides and nobody can see from outside, with the test that watches it. That
 * in an outage nobody claims is one of these: a claim is a push, and the virtual forge takes none then.
 */
export const unseen = {
  'a push or a read without an answer claims nothing': {
    file: 'packages/coordination/test/fence/fence.test.ts',
    test: 'stays unknown when the reads get no answer either, and says both reasons',
  },
  'a lock commit has an empty tree, all its trailers, and skips checks': {
    file: 'packages/protocol/test/lock-commit.test.ts',
    test: 'reads as trailers in git',
  },
  'the intent of a claim stores the bytes of its commit': {
    file: 'packages/coordination/test/fence/fence.test.ts',
    test: 'leaves only after its intent is in the journal, whole (invariant 7)',
  },
  'a claim counts as refused only when reads beyond the lag show what was expected': {
    file: 'packages/coordination/test/fence/fence.test.ts',
    test: 'is refused when what we expected still stands beyond the lag',
  },
  'assignment and comment are put again when somebody has written over them': {
    file: 'packages/coordination/test/task/drive.test.ts',
    test: 'says again that it is at work when somebody has written over its words',
  },
  'every capable peer computes the same ranking': {
    file: 'packages/coordination/test/contest/rank.test.ts',
    test: 'gives every peer the same order, however it learned of the others',
  },
  'peers that share an account know how many they are': {
    file: 'packages/coordination/test/peer/coordinator.test.ts',
    test: 'share the rate of their account among those that live',
  },
  'each of them keeps within its share of the rate': {
    file: 'packages/github/test/writes.test.ts',
    test: 'is kept by each peer within its share, before the forge has to say so',
  },
  'git pushes cost no requests of the API': {
    file: 'packages/github/test/writes.test.ts',
    test: 'of a task is five writes, and of saying it all again none',
  },
  'a peer that runs late is patient with others first': {
    file: 'packages/coordination/test/membership/silence.test.ts',
    test: 'is borne longer while we run late, and as before once we do not',
  },
} as const;
