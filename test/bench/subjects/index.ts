import type { Subject } from '../subject.ts';
import { claim } from './claim.ts';
import { gossip } from './gossip.ts';
import { journal } from './journal.ts';
import { sim } from './sim.ts';

export const subjects: readonly Subject[] = [journal, sim, gossip, claim];
