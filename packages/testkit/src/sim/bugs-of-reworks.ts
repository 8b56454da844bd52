/** Bugs in what becomes of a result that is in review. */
import type { BugSpec } from './bug-spec.ts';

export const bugsOfReworks = {
  'reworks-for-strangers': {
    what: 'whoever says anything of a result has it reworked',
    breaks: ['4.2-rework-asked'],
    edits: [
      {
        file: 'task/rework.ts',
        find: 'says(one) && authors.includes(one.association)',
        replace: 'says(one) || authors.includes(one.association)',
      },
      // Nor does the forge leave their words out.
      {
        file: 'task/rework.ts',
        find: 'return { authors, ...(heardMs > 0',
        replace: 'return { ...(heardMs > 0',
      },
    ],
  },
  'hears-again': {
    what: 'what people said of a result is reworked again and again',
    breaks: ['4.2-rework-asked'],
    edits: [
      {
        file: 'task/rework.ts',
        find: 'atMs > heardMs || (atMs === heardMs && isMore)',
        replace: 'atMs >= heardMs || isMore',
      },
    ],
  },
  'deaf-to-reviews': {
    what: 'nobody looks what is said of results',
    breaks: ['4.2-rework-answered'],
    edits: [
      {
        file: 'watching/reviews.ts',
        find: "options.onHint({ kind: 'rework', task, lock: tip.oid, cause: asked.cause, failed });",
        replace: '',
      },
    ],
  },
  'replaces-what-people-closed': {
    what: 'a result is replaced though its pull request was closed meanwhile',
    breaks: ['4.2-rework-asked'],
    edits: [
      {
        file: 'task/endings.ts',
        find: "if (isIt && review.state === 'open' && !isInPeoplesHands(review, policy)) return;",
        replace: 'if (isIt || !isIt) return;',
      },
    ],
  },
  'forgets-the-result': {
    what: 'a rework that came to nothing gives the task back as if it had no result',
    breaks: ['4.2-rework-stands'],
    edits: [
      {
        file: 'fence/holding.ts',
        find: 'const result = reworkedFrom(record);',
        replace: 'const result = reworkedFrom({ ...record, rework: undefined });',
      },
    ],
  },
  'ready-unseen': {
    what: 'the pull request of a result stays ready for review while it is reworked',
    breaks: [9],
    edits: [
      {
        file: 'task/visible.ts',
        find: "show(record, 'draft', signal, () => forge.markDraft(repo, pullRequest, { signal }))",
        replace: 'Promise.resolve()',
      },
    ],
  },
} as const satisfies Readonly<Record<string, BugSpec>>;
