/**
 * The rules of DESIGN.md 4.2 (the claim) and 4.3 (liveness and takeover), a line each. Every one has a
 * bug among bugs.ts that breaks it and that the simulator must find; a test holds that.
 */
export const rules = {
  '4.2-lease': 'the branches of a task move only by a push that expects what was read',
  '4.2-nonce': 'no two peers push the same commit',
  '4.2-epoch': 'whoever takes over claims the epoch after the one that was read',
  '4.2-signature': 'a commit that is not signed by the peer it names is a person’s',
  '4.2-second-look': 'the issue is looked at again once the fence is won',
  '4.2-one-comment': 'an issue has one comment of bzzz, edited in place',
  '4.2-pair': 'lock and result are published in one atomic push',
  '4.2-over-result': 'nobody starts an attempt by himself over a result or a failure',
  '4.2-lost-lock': 'a lock branch that is gone is no licence to begin again',
  '4.2-first-read': 'the peer stops at the first read that shows that people object',
  '4.2-release-by-commit': 'a task is given back by a commit',
  '4.2-last-look': 'the issue is read again right before publishing',
  '4.2-own-account': 'an assignment is bzzz’s own only if the fence names the account',
  '4.2-own-tip': 'a peer owns a tip only if its own journal holds it',
  '4.2-same-commit': 'a push without an answer is repeated with the same commit',
  '4.2-refused-later': 'a push that a rule refused is tried again later',
  '4.2-loser-silent': 'who lost writes nothing to the forge and unassigns nobody',
  '4.2-outage': 'time in which the forge did not answer counts for no lease',
  '4.2-observer': 'a lease runs on the observer’s clock, from when it first saw the tip',
  '4.2-put-if-absent': 'what people see is put if it is not there',
  '4.2-overwritten': 'what a fenced owner wrote late is overwritten by the holder',
  '4.2-order': 'whoever ranks lower waits, and stands down when it hears of a claim',
  '4.2-rate': 'when the forge says wait, its account waits',
  '4.2-tidy': 'branches are deleted only of what people closed, and nobody holds or reviews',
  '4.2-three-failures': 'after three attempts that failed, and not before, a person is asked',
  '4.3-silence': 'a peer that goes silent is suspected though its connection stands',
  '4.3-probe': 'others are asked before a peer is declared dead',
  '4.3-refute': 'a peer that hears that it is suspected says that it lives',
  '4.3-majority': 'only who sees a majority declares anybody dead',
  '4.3-go-on': 'whoever takes over goes on from the work that was pushed, if the policy says so',
  '4.3-lease-out': 'a lease that ran out without a renewal may be taken over',
} as const;
export type RuleId = keyof typeof rules;
