/** Bugs in what is worked on, shown and pushed, and in what is told of a claim. */
import type { BugSpec } from './bug-spec.ts';

export const bugsOfWork = {
  'works-over-failure': {
    what: 'whoever takes over a task that failed begins a new attempt',
    breaks: ['4.2-over-failure'],
    edits: [
      {
        file: 'fence/claim.ts',
        find: "if (record.state === 'failed') {",
        replace: "if (record.state === 'failed' && record.epoch === 0) {",
      },
    ],
  },
  'follows-the-base': {
    what: 'a result is judged on the base branch as it stands by then',
    breaks: ['4.4-base'],
    edits: [
      {
        file: 'task/attempt.ts',
        find: 'const judge = judgeGlobs(policy);',
        replace: `const judge = judgeGlobs(policy);
  const { base: standing } = await deps.forge.readBase('octo/virtual', { signal }).catch(() => job);`,
      },
      {
        file: 'task/attempt.ts',
        find: 'const proof = { base, result, judge,',
        replace: 'const proof = { base: standing, result, judge,',
      },
    ],
  },
  'looks-at-the-tip': {
    what: 'only the last commit of a result is checked',
    breaks: ['4.2-every-commit'],
    edits: [
      {
        file: 'task/checks.ts',
        find: 'for (const commit of collected.commits) {',
        replace: 'for (const commit of collected.commits.slice(-1)) {',
      },
    ],
  },
  'blind-to-secrets': {
    what: 'a secret in a commit is no reason not to push it',
    breaks: [11, '4.2-every-secret'],
    edits: [
      {
        file: 'task/checks.ts',
        find: 'return secret && `',
        replace: 'return !secret?.path.startsWith("/") ? undefined : `',
      },
    ],
  },
  'leaves-it-unsaid': {
    what: 'whoever takes over a result that people do not see yet leaves it at that',
    breaks: ['4.2-completes'],
    edits: [
      {
        file: 'task/standing.ts',
        find: `case 'result':
      return adopt(`,
        replace: `case 'result':
      return record.epoch > 0
        ? { state: 'done', pullRequest: 1, reason: 'it stands' }
        : adopt(`,
      },
    ],
  },
  'proves-nothing': {
    what: 'a result is published though its new test passes on the base',
    breaks: ['4.4-new-test'],
    edits: [
      {
        file: 'task/attempt.ts',
        find: "if (newTests.kind === 'refused') {",
        replace: "if (newTests.kind === 'refused' && plan.accept.length === 0) {",
      },
    ],
  },
  'works-unseen': {
    what: 'a claim is shown to nobody before work begins',
    breaks: ['4.2-shown'],
    edits: [
      {
        file: 'task/drive.ts',
        find: 'await deps.visible.claimed(record, alive.signal);',
        replace: '',
      },
    ],
  },
  'pushes-early': {
    what: 'unfinished work is pushed whatever the policy says',
    breaks: ['4.2-early-work'],
    edits: [
      {
        file: 'task/checkpoints.ts',
        find: 'policy.checkpointMs === undefined',
        replace: 'policy.checkpointMs === 0',
      },
      {
        file: 'task/checkpoints.ts',
        find: ': run(policy.checkpointMs)',
        replace: ': run(policy.checkpointMs ?? 5_000)',
      },
    ],
  },
  'blind-to-pull-requests': {
    what: 'who claims a task whose lock is gone does not look for its pull request',
    breaks: ['4.2-prior-result'],
    edits: [
      {
        file: 'task/prior-result.ts',
        find: 'if (latest !== undefined) {',
        replace: 'if (latest?.number === 0) {',
      },
    ],
  },
  'gives-up-in-an-outage': {
    what: 'an attempt ends when its claim cannot be renewed',
    breaks: ['4.2-work-on'],
    edits: [
      {
        file: 'task/keep-alive.ts',
        find: 'trouble.tell(new BzzzError(code, verdict.reason), holding.task);',
        replace: 'throw new BzzzError(code, verdict.reason);',
      },
      {
        file: 'task/keep-alive.ts',
        find: 'if (until.aborted || !isBzzzError(error) || ends.has(error.code)) throw error;',
        replace: 'if (!until.aborted) throw error;',
      },
    ],
  },
  'loser-keeps-it': {
    what: 'who lost tells nobody who holds the task',
    breaks: ['4.2-loser-tells'],
    edits: [
      {
        file: 'peer/coordinator.ts',
        find: `// Who lost tells who holds it: others need not find out the same way.
        teller.tell(task, true);`,
        replace: '',
      },
    ],
  },
  'bids-on': {
    what: 'who hears of a claim bids all the same',
    breaks: ['4.2-stands-down'],
    edits: [
      {
        file: 'contest/contest.ts',
        find: 'const open = hold === undefined || options.forfeited(entry);',
        replace: 'const open = hold?.epoch !== 0;',
      },
      {
        file: 'contest/contest.ts',
        find: 'if (holdOf(entry.state) !== undefined && !options.forfeited(entry)) return;',
        replace: '',
      },
    ],
  },
  'loser-forgets': {
    what: 'to whom a claim was lost does not stand in the journal',
    breaks: ['4.2-loser-tells'],
    edits: [
      {
        file: 'fence/fence.ts',
        find: '...(holder === undefined ? {} : { holder }),',
        replace: '...(holder === undefined ? {} : {}),',
      },
    ],
  },
  'refused-in-silence': {
    what: 'the operator is not told that a rule refused a claim',
    breaks: ['4.2-refused-told'],
    edits: [
      {
        file: 'peer/workforce.ts',
        find: `case 'later':
        trouble.tell(outcome.error, entry.task);`,
        replace: "case 'later':",
      },
    ],
  },
  'judges-unseen': {
    what: 'a judge signs that the acceptance passed, whatever it found',
    breaks: [9],
    edits: [
      {
        file: 'verdict/judge.ts',
        find: "outcome: passed ? 'passed' : 'failed',",
        replace: "outcome: 'passed',",
      },
    ],
  },
  'short-of-quorum': {
    what: 'one verdict less than the publication asks for is enough',
    breaks: [9],
    edits: [
      {
        file: 'verdict/certificate.ts',
        find: 'return passed.length >= verdicts;',
        replace: 'return passed.length >= verdicts - 1;',
      },
    ],
  },
  'asks-twice': {
    what: 'who has given a verdict is asked for another',
    breaks: [9],
    edits: [{ file: 'verdict/gather.ts', find: 'asked.add(peer);', replace: '' }],
  },
} as const satisfies Readonly<Record<string, BugSpec>>;
