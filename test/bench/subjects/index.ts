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
import { hanging } from './hanging.ts';
import { http } from './http.ts';
import { idle } from './idle.ts';
import { idleToWorking } from './idle-to-working.ts';
import { journal } from './journal.ts';
import { killed } from './killed.ts';
import { message } from './message.ts';
import { sim } from './sim.ts';
import { start } from './start.ts';
import { startOne } from './start-one.ts';
import { tail } from './tail.ts';
import { takeover } from './takeover.ts';
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
  killed,
  hanging,
  start,
  startOne,
  takeover,
  idleToWorking,
];
