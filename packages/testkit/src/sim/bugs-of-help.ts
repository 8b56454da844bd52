/** Ways to get help between peers wrong. */
import type { BugSpec } from './bug-spec.ts';

export const bugsOfHelp = {
  'asks-back': {
    what: 'a request is handed on to peers that it came through',
    breaks: [5],
    edits: [
      {
        file: 'help/spread.ts',
        find: 'new Set<PeerId>(job.path);',
        replace: 'new Set<PeerId>();',
      },
      {
        file: 'help/candidates.ts',
        find: 'peer !== self && peer !== asker &&',
        replace: 'peer !== self &&',
      },
    ],
  },
  'budget-grows': {
    what: 'what one branch may use is not taken from what is left for the others',
    breaks: [5],
    edits: [{ file: 'help/spread.ts', find: 'left -= budget;', replace: '' }],
  },
  'helps-twice': {
    what: 'a request that comes by another way is worked on once more',
    breaks: [5],
    edits: [
      {
        file: 'help/helper.ts',
        find: 'serve(branch, ask, fewest === undefined)',
        replace: 'serve(branch, ask, true)',
      },
    ],
  },
  'ends-early': {
    what: 'the end is announced when one has helped, though others are still at it',
    breaks: [6],
    edits: [
      {
        file: 'help/spread.ts',
        find: 'if (open.size === 0) break;',
        replace: 'if (open.size === 0 || help !== undefined) break;',
      },
    ],
  },
  'outlives-its-lease': {
    what: 'a helper goes on though nobody keeps its branch alive',
    breaks: [6],
    edits: [{ file: 'help/inbox.ts', find: 'else drop();', replace: '' }],
  },
  'hopes-for-ever': {
    what: 'a branch whose helper is gone never ends',
    breaks: [6],
    edits: [
      {
        file: 'help/branch.ts',
        find: 'isOver: () => heard !== null && clock.monotonicMs() >= endMs,',
        replace: 'isOver: () => false,',
      },
    ],
  },
  'helper-judges': {
    what: 'who helped with a result judges it',
    breaks: [9],
    edits: [
      {
        file: 'verdict/able.ts',
        find: "if (hasHelped(request.task)) return 'helped with it';",
        replace: '',
      },
    ],
  },
} as const satisfies Readonly<Record<string, BugSpec>>;
