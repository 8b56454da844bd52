import { Epoch, LockRecord, Oid } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { learnFromTip } from '../../src/peer/reading.ts';
import { hintsOf } from '../../src/peer/telling.ts';
import { createBook, type Seen } from '../../src/task/book.ts';
import type { TaskState } from '../../src/task/state.ts';
import { peerOf } from '../support/identity.ts';
import { untoldReason } from '../../src/task/state.ts';
import { bodySha256, heldDraft, task } from '../support/stand.ts';

const self = peerOf(1);
const oid = Oid.parse('a'.repeat(40));
const position = { seq: 4, at: { wallMs: 1, counter: 0 } };
const seen: Seen = {
  kind: 'seen',
  task,
  title: 'Format',
  recipe: 'format',
  bodySha256,
  needs: { executors: ['recipe'], tools: [], models: [] },
  updatedAtMs: 1,
};

function kindsOf(state: TaskState, watching: boolean, change: object = {}) {
  const entry = { ...createBook().update(task, { seen, wanted: true, state }), ...change };
  return hintsOf(entry, { self, position, watching }).map(({ kind }) => kind);
}

function states(holder: number): TaskState[] {
  const hold = { peer: peerOf(holder), epoch: Epoch.parse(2), lock: oid, leaseMs: 1_000 };
  return [
    { state: 'claimed', hold },
    { state: 'running', hold, attempt: 1 },
    { state: 'publishing', hold, result: oid },
    { state: 'verifying', hold, pullRequest: 3 },
    { state: 'done', hold, pullRequest: 3 },
    { state: 'failed', hold, reason: 'x' },
    { state: 'released', hold, reason: 'x' },
  ];
}

describe('what we tell of a task', () => {
  it('is its end and its claim when it is ours', () => {
    expect(states(1).flatMap((state) => kindsOf(state, false))).toEqual([
      'claimed',
      'claimed',
      'claimed',
      'claimed',
      'done',
      'failed',
      'released',
    ]);
  });

  it('is nothing of others, unless we watch; of their ends never', () => {
    expect(states(2).flatMap((state) => kindsOf(state, false))).toEqual([]);
    const watched = states(2).map((state) => kindsOf(state, true));
    const [working, ended] = [['claimed', 'seen'], ['seen']];
    expect(watched).toEqual([working, working, working, working, ended, ended, ended]);
  });

  it('does not become a word of people by being told on', () => {
    const state = states(1).at(-1) ?? { state: 'open' as const };
    const gone = { wanted: false, blocked: 'assigned to the account of the mesh' };
    const told = [false, true].map((taken) => {
      const entry = { ...createBook().update(task, { seen, state }), ...gone, taken };
      return hintsOf(entry, { self, position, watching: false })[0];
    });
    expect(told).toMatchObject([{ kind: 'gone', unexplained: true }, { kind: 'gone' }]);
    expect(told[1]).not.toHaveProperty('unexplained');
  });

  it('puts the claim first: who hears both must not bid in between', () => {
    const [state = { state: 'open' as const }] = states(1);
    expect(kindsOf(state, true)).toEqual(['claimed', 'seen']);
  });

  it('is nothing of what nobody wants', () => {
    expect(kindsOf({ state: 'open' }, true)).toEqual(['seen']);
    expect(kindsOf({ state: 'open' }, true, { wanted: false })).toEqual([]);
    expect(kindsOf({ state: 'open' }, false)).toEqual([]);
  });
});

describe('what a read of a fence says', () => {
  const commit = new Uint8Array();
  const entry = createBook().update(task, {});
  const record = (change: object) =>
    LockRecord.parse({ ...heldDraft(3), peer: peerOf(2), nonce: '0'.repeat(16), ...change });
  const learn = (change: object, result: Oid | null = null) =>
    learnFromTip(entry, { tip: { kind: 'record', oid, commit, record: record(change) }, result });

  it('is who holds; a result or failure without a word of its holder counts as held', () => {
    const hold = { peer: peerOf(2), epoch: 3, lock: oid };
    for (const change of [
      {},
      { state: 'result', result: oid, verdicts: 1 },
      { state: 'failed', reason: 'exit 1' },
    ]) {
      expect(learn(change)).toMatchObject({ state: { state: 'claimed', hold } });
    }
  });

  it('is why it failed, where its holder only said that it did', () => {
    const hold = { peer: peerOf(2), epoch: Epoch.parse(3), lock: oid, leaseMs: 1_000 };
    const state = { state: 'failed', hold, reason: untoldReason } as const;
    const heard = createBook().update(task, { state });
    const tip = (change: object) => ({
      tip: { kind: 'record' as const, oid, commit, record: record(change) },
      result: null,
    });
    const known = learnFromTip(heard, tip({ state: 'failed', reason: 'exit 1' })).state;
    expect(known).toEqual({ ...state, reason: 'exit 1' });
    expect(learnFromTip(heard, tip({})).state).toBe(state);
  });

  it('is that it was released', () => {
    const released = learn({ state: 'released', reason: 'stopping' });
    expect(released).toMatchObject({ state: { state: 'released', reason: 'stopping' } });
  });

  it('is that a person stands there; nothing when the branch is absent', () => {
    expect(learnFromTip(entry, { tip: { kind: 'foreign', oid }, result: null }).blocked).toContain(
      'a person',
    );
    expect(learnFromTip(entry, { tip: { kind: 'absent' }, result: null })).toEqual({});
  });

  it('is that a result branch is a person’s where no result was published', () => {
    const released = { state: 'released', reason: 'stopping' };
    expect(learn(released, oid).blocked).toContain('that no claim explains');
    const published = { state: 'result', result: oid, verdicts: 1 };
    expect(learn(published, oid)).not.toHaveProperty('blocked');
  });

  it('does not take back a claim of a higher epoch', () => {
    const hold = { peer: peerOf(1), epoch: Epoch.parse(9), lock: oid, leaseMs: 1_000 };
    const known = createBook().update(task, { state: { state: 'claimed', hold } });
    const tip = { kind: 'record' as const, oid, commit, record: record({}) };
    expect(learnFromTip(known, { tip, result: null }).state).toBe(known.state);
  });
});
