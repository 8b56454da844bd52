import type { Subject } from '../subject.ts';
import { catchUp } from './catch-up.ts';
import { claim } from './claim.ts';
import { fanOut } from './fan-out.ts';
import { gossip } from './gossip.ts';
import { historyIndex } from './history-index.ts';
import { http } from './http.ts';
import { journal } from './journal.ts';
import { sim } from './sim.ts';
import { tail } from './tail.ts';

export const subjects: readonly Subject[] = [
  journal,
  catchUp,
  tail,
  historyIndex,
  http,
  fanOut,
  sim,
  gossip,
  claim,
];
