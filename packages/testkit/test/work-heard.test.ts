/** The rule 4.3-go-on takes a peer to know what it was told, and no more: else nobody could keep it. */
import {
  Account,
  commitOid,
  encodeLockCommit,
  type EntryBody,
  Epoch,
  type FenceIntent,
  type LockRecord,
  Nonce,
  Oid,
  Sha256Hex,
  TaskId,
  taskParts,
  utf8,
} from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { trackWorkHeard } from '../src/sim/check/work-heard.ts';
import { virtualPeerId } from './contracts/virtual-peer.ts';

const task = TaskId.parse('octo/virtual#7');
const { repo, number } = taskParts(task);
const work = Oid.parse('c'.repeat(40));
const peer = virtualPeerId('x');

/** The lock names work that was pushed; `intent`: a renewal that carries it on. */
function lockOf() {
  const record: LockRecord = {
    state: 'held',
    task,
    peer,
    account: Account.parse('bzzz-bot'),
    former: [],
    epoch: Epoch.parse(1),
    attempt: 1,
    leaseMs: 60_000,
    nonce: Nonce.parse('0'.repeat(16)),
    bodySha256: Sha256Hex.parse('9'.repeat(64)),
    work,
  };
  const signature = new Uint8Array(64);
  const commit = encodeLockCommit({ record, parent: null, timeSeconds: 0, signature });
  return { oid: commitOid(commit), commit, record };
}

function watched() {
  const heard = trackWorkHeard(repo);
  const lock = lockOf();
  const intent: FenceIntent = { task, expected: null, ...lock };
  let seq = 0;
  const journal = (body: EntryBody) => {
    heard.take({ kind: 'durable', peer, seq, body });
    seq += 1;
  };
  const settle = (outcome: 'won' | 'refused' | 'unknown') =>
    journal({ kind: 'fence.settled', task, oid: lock.oid, outcome, reason: '' });
  journal({ kind: 'peer.started', version: '0.1.0', name: 'ant' });
  return {
    start: () => journal({ kind: 'peer.started', version: '0.1.0', name: 'ant' }),
    intend: () => journal({ kind: 'fence.intended', intent }),
    settle,
    read: (found: { oid: Oid; commit: Uint8Array } | null = lock) =>
      heard.take({ kind: 'fence-read', peer, number, fence: { lock: found, result: null } }),
    knows: () => heard.knows(peer, number, work),
  };
}

describe('of work that was pushed a peer knows', () => {
  it('when it reads the lock, and not by that it stands there', () => {
    const { read, knows } = watched();
    read(null);
    expect(knows()).toBe(false);
    read();
    expect(knows()).toBe(true);
  });

  it('when a move that carries it on was won', () => {
    const { intend, settle, knows } = watched();
    intend();
    settle('unknown');
    expect(knows()).toBe(false);
    settle('won');
    expect(knows()).toBe(true);
  });

  it('by a read in the middle of a move only when that is settled', () => {
    const { intend, read, settle, knows } = watched();
    intend();
    read();
    settle('unknown');
    expect(knows()).toBe(false);
    settle('refused');
    expect(knows()).toBe(true);
  });

  it('by a read of an earlier run only when it reads again', () => {
    const { intend, read, start, knows } = watched();
    read();
    intend();
    start();
    expect(knows()).toBe(false);
    read();
    expect(knows()).toBe(true);
  });

  it('nothing by what a person pushed to the lock', () => {
    const { read, knows } = watched();
    const commit = utf8('mine');
    read({ oid: commitOid(commit), commit });
    expect(knows()).toBe(false);
  });
});
