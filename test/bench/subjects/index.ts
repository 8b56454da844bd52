import type { Subject } from '../subject.ts';
import { catchUp } from './catch-up.ts';
import { claim } from './claim.ts';
import { fanOut } from './fan-out.ts';
import { gossip } from './gossip.ts';
import { gossipNine } from './gossip-nine.ts';
import { historyIndex } from './history-index.ts';
import { hanging } from './hanging.ts';
import { http } from './http.ts';
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
  killed,
  hanging,
  start,
  startOne,
  takeover,
  idleToWorking,
];
