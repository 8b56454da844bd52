import { PeerId } from '@bzzz/protocol';
import { createHistory } from '../../src/sim/history.ts';
import { createProcess } from '../../src/sim/process.ts';
import { createSeededRandom } from '../../src/sim/random.ts';
import { createSights } from '../../src/sim/sights.ts';
import { createVirtualCommits } from '../../src/sim/virtual-commits.ts';
import { createPump } from './pump.ts';

/** What every virtual adapter asks for, in a world of its own without faults. */
export function createVirtualPlace() {
  const pump = createPump();
  const { timeline } = pump;
  const history = createHistory({
    nowMs: timeline.nowMs,
    nameOf: (peer) => peer,
    keep: false,
  });
  const random = createSeededRandom('contracts');
  const process = createProcess(timeline, { skewMs: 0 });
  const sights = createSights();
  const commits = createVirtualCommits();
  return { pump, timeline, history, random, process, sights, commits };
}

export function virtualPeerId(letter: string): PeerId {
  return PeerId.parse(`12D3KooW${letter.repeat(44)}`);
}
