import type { PeerAnswer, TaskAnswer } from '@bzzz/protocol/api';

/** Of a member that does nothing, and of whom nothing is wrong. */
export const quietMember: PeerAnswer = {
  id: '12D3KooWx',
  name: 'ash',
  self: false,
  connected: true,
  liveness: 'alive',
  heardAgoMs: 0,
  account: null,
  version: '0.1.0',
  repositories: [],
  executors: [],
  tools: [],
  sandbox: 'none',
  slots: 1,
  running: 0,
  load: 0,
  success: 1,
  successOf: {},
  machine: undefined,
  paused: false,
  quarantined: false,
  left: [],
  links: [],
  journal: { key: 'ab', length: 0, from: 0, here: 0 },
};

/** Of a task that waits for somebody. */
export const openTask: TaskAnswer = {
  task: 'o/r#1',
  title: 'a title',
  recipe: null,
  state: 'open',
  wanted: true,
  holder: null,
  holderName: null,
  epoch: 0,
  pullRequest: null,
  reason: null,
};
