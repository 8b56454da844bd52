/** Many issues filed at once among so many idle peers: what the forge is asked until each is claimed. */
import { decodeLockCommit } from '@bzzz/protocol';
import { noFaults } from './faults.ts';
import { createWorld, virtualRepo } from './world.ts';

export interface RushReport {
  /** Pushes of a claim to a lock branch that is not there yet; more than issues: some came second. */
  readonly claims: number;
  /** Issues that somebody holds, held, or has done. */
  readonly claimed: number;
  /** Events of the virtual world in the idle minute before, of all peers together. */
  readonly idleEvents: number;
  readonly hash: string;
}

const settleMs = 120_000;
const idleMs = 60_000;
/** All are claimed by then: a poll, and as many turns as there are slots. */
const rushMs = 180_000;

export async function rush(options: {
  readonly seed: string;
  readonly peers: number;
  readonly tasks: number;
}): Promise<RushReport> {
  const world = createWorld({
    ...options,
    faults: noFaults,
    sharedAccount: true,
    bug: undefined,
    policy: { checkpointMs: null, verdicts: 0, helpers: 1, inRoles: false },
    fileAfterMs: settleMs + idleMs,
    keepTrace: false,
  });
  const { timeline, random, history, state } = world;
  let claims = 0;
  history.onEvent((event) => {
    if (event.kind !== 'push' || event.push.lock.expected !== null) return;
    const { record } = decodeLockCommit(virtualRepo, event.push.lock.commit);
    if (record.state === 'held') claims += 1;
  });
  for (const peer of world.peers()) {
    timeline.after(random.between(0, 3_000), () => world.start(peer));
  }
  await timeline.run({ untilMs: settleMs });
  const before = timeline.events();
  await timeline.run({ untilMs: settleMs + idleMs });
  const idleEvents = timeline.events() - before;
  await timeline.run({ untilMs: settleMs + idleMs + rushMs });
  const claimed = state
    .numbers()
    .filter((number) => (state.at(number, timeline.nowMs())?.lock ?? null) !== null).length;
  return { claims, claimed, idleEvents, hash: history.hash() };
}
