/** Bugs in how a task is claimed, held, given back and published. */
import type { BugSpec } from './bug-spec.ts';

export const bugsOfClaims = {
  'epoch-not-raised': {
    what: 'a takeover keeps the epoch of the claim that it is over',
    breaks: [2, '4.2-epoch'],
    edits: [
      {
        file: 'fence/claim.ts',
        find: 'Math.max(below?.epoch ?? 0, options.epochKnown) + 1',
        replace: 'Math.max(below?.epoch ?? 0, 1)',
      },
    ],
  },
  'believes-unsigned': {
    what: 'a commit in our form counts without its signature',
    breaks: [4, '4.2-signature'],
    edits: [
      {
        file: 'fence/commit.ts',
        find: '(await signer.verify(record.peer, signed, signature)) ? record : null',
        replace: '(await signer.verify(record.peer, signed, signature)) ? record : record',
      },
    ],
  },
  'works-over-result': {
    what: 'a takeover of a published result begins a new attempt',
    breaks: ['4.2-over-result'],
    edits: [
      {
        file: 'fence/claim.ts',
        find: "if (record.state === 'result') {",
        replace: "if (record.state === 'result' && record.epoch === 0) {",
      },
    ],
  },
  'gives-up-on-claims': {
    what: 'a task counts as tried whenever it was claimed, though its holder only went away',
    breaks: ['4.2-three-failures'],
    edits: [
      {
        file: 'task/endings.ts',
        find: 'const { failures = 0 } = job.holding.tip().record;',
        replace: 'const failures = job.holding.tip().record.attempt - 1;',
      },
    ],
  },
  'never-gives-up': {
    what: 'a failure is not written down, so that nobody ever asks a person',
    breaks: ['4.2-three-failures', 3],
    edits: [
      {
        file: 'fence/claim.ts',
        find: '...(below === undefined || isForgiven ? {} : failuresOf(below)),',
        replace: '...(below === undefined || isForgiven || true ? {} : failuresOf(below)),',
      },
    ],
  },
  'forgets-the-past': {
    what: 'a lock branch that is gone counts as new whatever the journals tell',
    breaks: ['4.2-lost-lock'],
    edits: [
      {
        file: 'recovery/recall.ts',
        find: 'const epochKnown = Math.max(known.epochKnown, epoch);',
        replace: 'const epochKnown = Math.min(0, known.epochKnown, epoch);',
      },
      {
        file: 'recovery/recall.ts',
        find: 'epochTold: epoch,',
        replace: 'epochTold: epoch * 0,',
      },
    ],
  },
  'tidies-open': {
    what: 'the branches of an open issue are deleted like those of a closed one',
    breaks: ['4.2-tidy'],
    edits: [
      {
        file: 'tidying/needless.ts',
        find: "return issue.state === 'closed' && wallMs",
        replace: 'return wallMs',
      },
    ],
  },
  'never-tidies': {
    what: 'the branches of an issue that was closed long ago stay for ever',
    breaks: ['4.2-tidy'],
    edits: [
      {
        file: 'tidying/tidy.ts',
        find: 'if (unseen || open) return;',
        replace: 'if (unseen || open || tidyMs > 0) return;',
      },
    ],
  },
  'tidies-claims': {
    what: 'the branches of a closed issue are deleted though somebody holds it',
    breaks: ['4.2-tidy'],
    edits: [
      {
        file: 'tidying/tidy.ts',
        find: 'held !== undefined && !(await options.mayTakeOver(held.record, held.lock))',
        replace: 'held?.record.epoch === 0',
      },
    ],
  },
  'begins-anew': {
    what: 'whoever takes over begins anew though unfinished work was pushed',
    breaks: ['4.3-go-on'],
    edits: [
      {
        file: 'task/drive.ts',
        find: 'if (work === undefined || policy.checkpointMs === undefined) return anew;',
        replace: 'if (work === undefined || policy.checkpointMs !== 0) return anew;',
      },
    ],
  },
  'other-words': {
    what: 'whoever takes over goes on from work that was done for other words',
    breaks: ['4.3-go-on'],
    edits: [
      {
        file: 'fence/claim.ts',
        find: 'return below.bodySha256 === bodySha256 ? { work } : { discarded: work };',
        replace: 'return { work };',
      },
    ],
  },
  'edits-ignored': {
    what: 'words that were edited after the claim are worked on',
    breaks: [11],
    edits: [
      {
        file: 'task/briefing.ts',
        find: 'verdict.plan.bodySha256 !== record.bodySha256',
        replace: 'verdict.plan.bodySha256.length === 0',
      },
    ],
  },
  'trusts-everybody': {
    what: 'whoever files an issue is obeyed',
    breaks: [11],
    edits: [
      {
        file: 'task/gate.ts',
        find: 'policy.authors.includes(issue.association)',
        replace: 'issue.association.length > 0',
      },
    ],
  },
  'approved-for-ever': {
    what: 'an approval counts though the words were edited after it',
    breaks: [11],
    edits: [
      {
        file: 'task/approval.ts',
        find: 'latest.atMs > history.writtenAtMs',
        replace: 'latest.atMs > 0',
      },
    ],
  },
  'deaf-to-stop': {
    what: 'a comment that says stop is taken for any other',
    breaks: [4],
    edits: [
      {
        file: 'task/orders.ts',
        find: 'return order === undefined || !counts',
        replace: "return order === undefined || order === 'cancel' || !counts",
      },
    ],
  },
  'works-on': {
    what: 'people who object in mid-task are heard only at its end',
    breaks: [4, '4.2-first-read'],
    edits: [
      {
        file: 'task/keep-alive.ts',
        find: 'await deps.look(until);',
        replace: 'await deps.look(until).catch(() => undefined);',
      },
    ],
  },
  'released-in-words-only': {
    what: 'a task is given back without a commit',
    breaks: [3, '4.2-release-by-commit'],
    edits: [
      {
        file: 'fence/holding.ts',
        find: 'release: (reason, signal, failed = false) =>',
        replace:
          "release: (reason, signal, failed = false) => signal ? Promise.resolve({ kind: 'won' }) :",
      },
    ],
  },
  'no-last-look': {
    what: 'what the look before publishing shows is ignored',
    breaks: [4, '4.2-last-look'],
    edits: [
      {
        file: 'task/endings.ts',
        find: 'await lookAgain(deps, claim, policy, signal);',
        replace: 'await lookAgain(deps, claim, policy, signal).catch(() => undefined);',
      },
    ],
  },
  'own-account-is-ours': {
    what: 'an assignment of any account of bzzz counts as its own doing',
    breaks: [4, '4.2-own-account'],
    edits: [
      {
        file: 'task/gate.ts',
        find: '!fenceAccounts.includes(login)',
        replace: "!login.startsWith('b')",
      },
    ],
  },
  'every-tip-is-ours': {
    what: 'a peer goes on from a tip that its journal does not hold',
    breaks: [2, '4.2-own-tip'],
    edits: [
      {
        file: 'fence/own-moves.ts',
        find: 'moves.get(task)?.has(oid) ?? false',
        replace: '(moves.get(task)?.has(oid) ?? false) || true',
      },
    ],
  },
  'retry-with-new-nonce': {
    what: 'a claim without an answer is made anew instead of repeated',
    breaks: ['4.2-same-commit'],
    edits: [
      {
        file: 'peer/workforce.ts',
        find: "if (outcome.kind !== 'doubt') return outcome;",
        replace: `if (outcome.kind === 'doubt') {
      const reading = { tip: { kind: 'absent' }, result: null };
      return { kind: 'later', error: outcome.error, reading };
    }
    if (outcome.kind !== 'doubt') return outcome;`,
      },
    ],
  },
  'refused-for-ever': {
    what: 'a task whose claim a rule refused once is never bid for again',
    breaks: [3, '4.2-refused-later'],
    edits: [
      {
        file: 'peer/workforce.ts',
        find: 'return postpone(entry.task);\n    }',
        replace: "return void book.update(entry.task, { blocked: 'refused' });\n    }",
      },
    ],
  },
  'loser-unassigns': {
    what: 'who lost takes its account off the issue',
    breaks: ['4.2-loser-silent'],
    edits: [
      {
        file: 'peer/workforce.ts',
        find: "case 'stood-down':",
        replace: `case 'stood-down':
        await deps.forge.unassign('octo/virtual', Number(entry.task.split('#')[1]), { signal });`,
      },
    ],
  },
  'takeover-in-an-outage': {
    what: 'time without an answer counts for leases',
    breaks: ['4.2-outage'],
    edits: [
      {
        file: 'fence/lease.ts',
        find: 'if (before !== undefined) sights.set(task, { ...before, lastMs: null });',
        replace: 'void before;',
      },
      {
        file: 'fence/lease.ts',
        find: 'gapMs <= gapMsMax ? gapMs : 0',
        replace: 'gapMsMax > 0 ? gapMs : 0',
      },
    ],
  },
  'lease-on-the-owners-clock': {
    what: 'a lease runs from the time that its owner wrote into the commit',
    breaks: ['4.2-observer'],
    edits: [
      {
        file: 'fence/commit.ts',
        find: '(await signer.verify(record.peer, signed, signature)) ? record : null',
        replace:
          '(await signer.verify(record.peer, signed, signature)) ? { ...record, timeSeconds: statement.timeSeconds } : null',
      },
      {
        file: 'peer/reading.ts',
        find: 'const hold = { peer, epoch, lock: tip.oid, leaseMs };',
        replace:
          'const hold = { peer, epoch, lock: tip.oid, leaseMs, timeSeconds: tip.record.timeSeconds };',
      },
      {
        file: 'fence/forfeit.ts',
        find: 'leases.stoodMs(task, hold.lock) >= hold.leaseMs',
        replace: 'deps.clock.wallMs() - hold.timeSeconds * 1000 >= hold.leaseMs',
      },
      {
        file: 'fence/forfeit.ts',
        find: 'leases.stoodMs(record.task, oid) >= record.leaseMs',
        replace: 'deps.clock.wallMs() - record.timeSeconds * 1000 >= record.leaseMs',
      },
    ],
  },
  'late-words-stay': {
    what: 'what a fenced owner wrote over the last words of a task is left there',
    breaks: [2, '4.2-overwritten'],
    edits: [
      {
        file: 'peer/coordinator.ts',
        find: 'epilogue.issueChanged(task);',
        replace: 'void epilogue;',
      },
    ],
  },
  'everybody-at-once': {
    what: 'all bid at the same moment, whatever their rank',
    breaks: ['4.2-order'],
    edits: [
      {
        file: 'contest/contest.ts',
        find: 'nowMs + steps * options.staggerMs',
        replace: 'nowMs + steps * 0',
      },
    ],
  },
} as const satisfies Readonly<Record<string, BugSpec>>;
