/** Ten peers as processes, from the moment they are started until everybody knows everybody. */
import type { Subject } from '../subject.ts';
import { bundlePrograms } from './peer-programs.ts';
import { startSide } from './start-side.ts';

const ours = 'bzzz up, bundled';
const bare = 'bare libp2p, bundled';

export const start: Subject = {
  name: 'start',
  measures:
    'peers from exec until each has read the capabilities of each; CPU with all that they start',
  beside: 'bare libp2p in a bundle, until each knows the gossip subscription of each',
  operation: 'mesh',
  equal: 'sides',
  countsChildren: false,
  goals: [
    { of: ours, beside: bare, what: 'wall time', must: { atMost: 1.5 } },
    { of: ours, beside: null, what: 'wall time', must: { atMost: 2_000 } },
  ],
  sizes: {
    full: { rounds: 5, warmUpRounds: 2, operations: 10 },
    small: { rounds: 1, warmUpRounds: 0, operations: 3 },
  },
  async open(_seed, { operations: peers }) {
    const programs = await bundlePrograms();
    return {
      sides: [startSide(ours, peers, programs.bundled), startSide(bare, peers, programs.bare)],
      close: programs.remove,
    };
  },
};
