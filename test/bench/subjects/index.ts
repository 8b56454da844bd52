import type { Subject } from '../subject.ts';
import { claim } from './claim.ts';
import { gossip } from './gossip.ts';
import { gossipNine } from './gossip-nine.ts';
import { journal } from './journal.ts';
import { message } from './message.ts';
import { sim } from './sim.ts';
import { throughput } from './throughput.ts';

export const subjects: readonly Subject[] = [
  journal,
  sim,
  message,
  gossip,
  gossipNine,
  throughput,
  claim,
];
