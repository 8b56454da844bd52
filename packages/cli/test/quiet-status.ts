import type { StatusAnswer } from '@bzzz/protocol/api';

/** Of a peer at which nothing happens and nothing is wrong. */
export const quietStatus: StatusAnswer = {
  webhook: null,
  gateway: null,
  problems: [],
  peer: {
    id: '12D3KooWx',
    name: 'ash',
    version: '0.1.0',
    account: null,
    pid: 1,
    dataDir: '/d',
    upMs: 1_000,
  },
  mesh: {
    name: 'lan',
    addresses: [],
    connected: 1,
    known: 1,
    gossip: { heard: 4_298, lost: 0, notSent: 0 },
  },
  forge: {
    apiUrl: 'https://api.github.com',
    reads: 1,
    notModified: 0,
    writes: 0,
    pushes: 0,
    rateLimit: null,
    watching: [],
    token: null,
  },
  work: {
    slots: 1,
    because: 'work.slots',
    lookedAgoMs: 3_000,
    running: 0,
    executors: [],
    tools: [],
    sandbox: 'none',
    load: 0,
    success: 1,
    workers: [],
  },
  tasks: {},
  journal: { key: 'ab', length: 1, replicas: 0, skipped: [] },
};
