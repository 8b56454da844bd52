import type { Subject } from '../subject.ts';
import { catchUp } from './catch-up.ts';
import { claim } from './claim.ts';
import { gossip } from './gossip.ts';
import { journal } from './journal.ts';
import { sim } from './sim.ts';
import { tail } from './tail.ts';

export const subjects: readonly Subject[] = [journal, catchUp, tail, sim, gossip, claim];
