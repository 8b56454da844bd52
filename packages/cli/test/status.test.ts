import type { StatusAnswer } from '@bzzz/peer';
import { describe, expect, it } from 'vitest';
import { statusLines } from '../src/output/status-lines.ts';

const terminal = {
  print: () => undefined,
  note: () => undefined,
  style: (_: unknown, text: string) => text,
  styleNote: (_: unknown, text: string) => text,
  columns: null,
};

const status: StatusAnswer = {
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
  },
  work: {
    slots: 1,
    running: 0,
    executors: [],
    tools: [],
    sandbox: 'none',
    load: 0,
    success: 1,
  },
  tasks: {},
  journal: { key: 'ab', length: 1, replicas: 0 },
};

function lines(change: Partial<StatusAnswer>): string[] {
  return statusLines(terminal, { ...status, ...change });
}

describe('gossip in the status', () => {
  const withGossip = (gossip: { lost: number; notSent: number }) =>
    lines({ mesh: { ...status.mesh, gossip: { heard: 4_298, ...gossip } } }).find((line) =>
      line.startsWith('gossip'),
    );

  it('is no line where nothing was lost', () => {
    expect(withGossip({ lost: 0, notSent: 0 })).toBeUndefined();
  });

  it('is what was lost of others, and of ours before it was sent', () => {
    const end = '(repeated by the next announcement)';
    expect(withGossip({ lost: 12, notSent: 0 })).toBe(
      `gossip   12 of 4,310 messages lost on the way ${end}`,
    );
    expect(withGossip({ lost: 0, notSent: 1_000 })).toBe(`gossip   1,000 of ours not sent ${end}`);
    expect(withGossip({ lost: 2, notSent: 3 })).toContain('lost on the way, 3 of ours not sent (');
  });
});
