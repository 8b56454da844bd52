import type { Subject } from '../subject.ts';
import { catchUp } from './catch-up.ts';
import { claim } from './claim.ts';
import { claimContested } from './claim-contested.ts';
import { fanOut } from './fan-out.ts';
import { forgeHour } from './forge-hour.ts';
import { gossip } from './gossip.ts';
import { gossipNine } from './gossip-nine.ts';
import { growth } from './growth.ts';
import { helpTree } from './help-tree.ts';
import { historyIndex } from './history-index.ts';
import { http } from './http.ts';
import { idle } from './idle.ts';
import { journal } from './journal.ts';
import { message } from './message.ts';
import { sim } from './sim.ts';
import { tail } from './tail.ts';
import { throughput } from './throughput.ts';

export const subjects: readonly Subject[] = [
  journal,
  catchUp,
  tail,
  historyIndex,
  http,
  fanOut,
  sim,
  message,
  gossip,
  gossipNine,
  throughput,
  claim,
  claimContested,
  idle,
  forgeHour,
  growth,
  helpTree,
];
