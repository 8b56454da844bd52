/**
 * What a peer tells of itself and of others when nothing is going on, for tests that need one and ask about a part
 * of it: that part is the argument.
 */
import { Capabilities } from '@bzzz/protocol';
import { PeerAnswer, TaskAnswer } from '@bzzz/protocol/api';

/** Of a member that does nothing and can do nothing. */
const quiet = {
  name: 'ash',
  account: null,
  version: '0.1.0',
  repositories: [],
  executors: [],
  tools: [],
  sandbox: 'bubblewrap',
  slots: 1,
  running: 0,
  load: 0,
  success: 0.5,
} as const;

/** Changes are checked like the rest: what no peer could say is no sample. */
export function sampleCapabilities(change: Readonly<Record<string, unknown>> = {}): Capabilities {
  return Capabilities.parse({
    ...quiet,
    peer: `12D3KooW${'1'.repeat(44)}`,
    wire: { min: 1, max: 1 },
    incarnation: 1,
    revision: 1,
    journal: { key: 'ab'.repeat(32), length: 0 },
    ...change,
  });
}

/** Another peer that lives and is connected. */
export function samplePeer(change: Partial<PeerAnswer> = {}): PeerAnswer {
  return PeerAnswer.parse({
    ...quiet,
    id: '12D3KooWx',
    self: false,
    connected: true,
    liveness: 'alive',
    heardAgoMs: 0,
    journal: { key: 'ab'.repeat(32), length: 0, here: 0 },
    ...change,
  });
}

/** A task that waits for somebody. */
export function sampleTask(change: Partial<TaskAnswer> = {}): TaskAnswer {
  return TaskAnswer.parse({
    task: 'cedar/csv#7',
    title: 'Write oak',
    recipe: null,
    state: 'open',
    wanted: true,
    holder: null,
    holderName: null,
    epoch: 0,
    pullRequest: null,
    reason: null,
    ...change,
  });
}
