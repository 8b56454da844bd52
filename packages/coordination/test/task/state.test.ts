import { Epoch, Oid } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import {
  claimed,
  ended,
  type Hold,
  holdOf,
  open,
  publishing,
  running,
  type TaskState,
} from '../../src/task/state.ts';
import { peerOf } from '../support/identity.ts';

const oid = Oid.parse('a'.repeat(40));

function hold(epoch: number, lock = oid): Hold {
  return { peer: peerOf(1), epoch: Epoch.parse(epoch), lock, leaseMs: 1_000 };
}

const reason = 'why not';
/** Every state at this epoch. */
function statesAt(epoch: number): Exclude<TaskState, { state: 'open' }>[] {
  const at = hold(epoch);
  return [
    { state: 'claimed', hold: at },
    { state: 'running', hold: at, attempt: 1 },
    { state: 'publishing', hold: at, result: oid },
    { state: 'verifying', hold: at, pullRequest: 3 },
    { state: 'done', hold: at, pullRequest: 3 },
    { state: 'failed', hold: at, reason },
    { state: 'released', hold: at, reason },
  ];
}

describe('a claim', () => {
  it('counts over anything of an earlier epoch', () => {
    for (const from of [open, ...statesAt(1)]) {
      expect(claimed(from, hold(2)), from.state).toEqual({ state: 'claimed', hold: hold(2) });
    }
  });

  it('of an earlier epoch is old news', () => {
    for (const from of statesAt(3)) expect(claimed(from, hold(2)), from.state).toBe(from);
  });

  it('of the same epoch renews a task at work, and wakes no ended one', () => {
    const renewed = hold(2, Oid.parse('b'.repeat(40)));
    for (const from of statesAt(2)) {
      const working = ['claimed', 'running', 'publishing', 'verifying'].includes(from.state);
      const to = working ? { state: 'claimed', hold: renewed } : from;
      expect(claimed(from, renewed), from.state).toEqual(to);
    }
  });
});

describe('an end', () => {
  it('is true whatever we knew, unless a higher epoch is known', () => {
    for (const to of statesAt(2).filter((one) => holdOf(one) === undefined)) {
      if (to.state !== 'done' && to.state !== 'failed' && to.state !== 'released') continue;
      expect(ended(open, to)).toBe(to);
      for (const from of statesAt(1)) expect(ended(from, to)).toBe(to);
      for (const from of statesAt(2)) expect(ended(from, to)).toBe(to);
      for (const from of statesAt(3)) expect(ended(from, to)).toBe(from);
    }
  });
});

describe('work', () => {
  it('goes from claimed to running to publishing, and keeps its hold', () => {
    const first = running({ state: 'claimed', hold: hold(2) }, 4);
    expect(first).toEqual({ state: 'running', hold: hold(2), attempt: 4 });
    expect(publishing(first, oid)).toEqual({ state: 'publishing', hold: hold(2), result: oid });
  });

  it('starts from nothing else', () => {
    const wrong = expect.objectContaining({ code: 'task_transition' });
    for (const from of [open, ...statesAt(1)]) {
      if (from.state !== 'claimed') expect(() => running(from, 1), from.state).toThrow(wrong);
      if (from.state !== 'running') expect(() => publishing(from, oid), from.state).toThrow(wrong);
    }
  });
});

it('only a task at work has a holder', () => {
  const working = statesAt(1).filter((one) => holdOf(one) !== undefined);
  expect(working.map(({ state }) => state)).toEqual([
    'claimed',
    'running',
    'publishing',
    'verifying',
  ]);
  expect(holdOf(open)).toBeUndefined();
});
