/** The rule 4.2-lost-lock takes a peer to know what is in the journals that it holds: else nobody could keep it. */
import {
  Account,
  commitOid,
  encodeLockCommit,
  type EntryBody,
  Epoch,
  Nonce,
  type PeerId,
  Sha256Hex,
  TaskId,
  taskParts,
} from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createChains } from '../src/sim/check/chains.ts';
import { checkLostLock } from '../src/sim/check/lost-lock.ts';
import { virtualPeerId } from './contracts/virtual-peer.ts';

const task = TaskId.parse('octo/virtual#7');
const { repo, number } = taskParts(task);
const [first, second] = [virtualPeerId('a'), virtualPeerId('b')];

function claimOf(peer: PeerId, epoch: number) {
  const record = {
    state: 'held' as const,
    task,
    peer,
    account: Account.parse('bzzz-bot'),
    former: [],
    epoch: Epoch.parse(epoch),
    attempt: 1,
    leaseMs: 60_000,
    nonce: Nonce.parse('0'.repeat(16)),
    bodySha256: Sha256Hex.parse('9'.repeat(64)),
  };
  const commit = encodeLockCommit({
    record,
    parent: null,
    timeSeconds: 0,
    signature: new Uint8Array(64),
  });
  return { oid: commitOid(commit), commit, record };
}

/** What is broken when `peer` claims a task anew whose lock, won by `first` in epoch 1, was deleted. */
function broken(peer: PeerId, epoch: number, knew: (peer: PeerId, writer: PeerId) => boolean) {
  const found: string[] = [];
  const chains = createChains(repo);
  const check = checkLostLock({ repo, knew, broken: (rule) => found.push(String(rule)) }, chains);
  const take = (event: Parameters<typeof check.onEvent>[0]) => {
    check.onEvent(event);
    chains.take(event, 0, null);
  };
  let seq = 0;
  const journal = (by: PeerId, body: EntryBody) => {
    take({ kind: 'durable', peer: by, seq, body });
    seq += 1;
  };
  const claim = (by: PeerId, of: ReturnType<typeof claimOf>) => {
    journal(by, { kind: 'fence.intended', intent: { task, expected: null, ...of } });
    const lock = { expected: null, oid: of.oid, commit: of.commit };
    take({ kind: 'push', peer: by, push: { number, lock }, accepted: true });
    journal(by, { kind: 'fence.settled', task, oid: of.oid, outcome: 'won', reason: '' });
  };
  claim(first, claimOf(first, 1));
  take({ kind: 'people', number, act: 'delete-lock' });
  claim(peer, claimOf(peer, epoch));
  return found;
}

describe('beginning again where the lock was deleted', () => {
  const holdsAll = () => true;
  const holdsItsOwn = (peer: PeerId, writer: PeerId) => peer === writer;

  it('is a fault of whoever held the journal that tells of the claim', () => {
    expect(broken(second, 1, holdsAll)).toEqual(['4.2-lost-lock']);
    expect(broken(second, 2, holdsAll)).toEqual(['4.2-lost-lock']);
  });

  it('is none of a peer to which no journal has told of it', () => {
    expect(broken(second, 1, holdsItsOwn)).toEqual([]);
  });

  it('is one of whoever held the task itself, whatever it holds of others', () => {
    expect(broken(first, 2, holdsItsOwn)).toEqual(['4.2-lost-lock']);
  });
});
