/** One peer as a process, from the moment it is started until it answers; and what a bundle is worth. */
import type { Subject } from '../subject.ts';
import { bundlePrograms } from './peer-programs.ts';
import { startSide } from './start-side.ts';

const ours = 'bzzz up, bundled';
const heart = 'mesh and coordinator, bundled';
const bare = 'bare libp2p, bundled';

export const startOne: Subject = {
  name: 'start-one',
  measures:
    'one peer from exec until it is up, with journal, index and gateway; CPU with all that it starts',
  beside:
    'bare libp2p in a bundle, until it listens; our mesh and coordinator alone; ours unbundled',
  operation: 'start',
  equal: 'sides',
  countsChildren: false,
  goals: [ours, heart].map((of) => ({
    of,
    beside: bare,
    what: 'CPU time',
    must: { atMost: 1.5 },
  })),
  sizes: {
    full: { rounds: 9, warmUpRounds: 2, operations: 1 },
    small: { rounds: 1, warmUpRounds: 0, operations: 1 },
  },
  async open() {
    const programs = await bundlePrograms();
    return {
      sides: [
        startSide(ours, 1, programs.bundled),
        startSide(heart, 1, programs.heart),
        startSide(bare, 1, programs.bare),
        startSide('bzzz up, unbundled', 1, programs.unbundled),
      ],
      close: programs.remove,
    };
  },
};
