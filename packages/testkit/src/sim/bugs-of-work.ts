/** Bugs in what is worked on and pushed. */
import type { BugSpec } from './bug-spec.ts';

export const bugsOfWork = {
  'follows-the-base': {
    what: 'a result is judged on the base branch as it stands by then',
    breaks: ['4.4-base'],
    edits: [
      {
        file: 'task/attempt.ts',
        find: 'const { plan, policy, base } = job;',
        replace: `const { plan, policy } = job;
  const { base } = await deps.forge.readBase('octo/virtual', { signal }).catch(() => job);`,
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
} as const satisfies Readonly<Record<string, BugSpec>>;
