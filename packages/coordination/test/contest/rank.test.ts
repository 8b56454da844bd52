import fc from 'fast-check';
import { type Capabilities, type Needs, TaskId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { obstacleOf, rank } from '../../src/contest/rank.ts';
import { hash53, rendezvous } from '../../src/contest/rendezvous.ts';
import { peerOf } from '../support/identity.ts';
import { capabilitiesOf, task } from '../support/stand.ts';

const needs: Needs = { executors: ['recipe'], tools: ['prettier'], models: [] };

function able(index: number, change: object = {}): Capabilities {
  return capabilitiesOf(peerOf(index), { tools: ['prettier', 'node'], ...change });
}

describe('rendezvous hashing', () => {
  const peers = Array.from({ length: 10 }, (_, index) => `peer-${index}`);
  const keys = Array.from({ length: 2_000 }, (_, index) => `acme/widgets#${index}`);

  it('gives every peer the same order, however it learned of the others', () => {
    fc.assert(
      fc.property(fc.string(), fc.uniqueArray(fc.string(), { maxLength: 20 }), (key, names) => {
        const order = rendezvous(key, names);
        expect(order.toSorted()).toEqual(names.toSorted());
        expect(rendezvous(key, names.toReversed())).toEqual(order);
      }),
      { seed: 1 },
    );
  });

  it('disturbs only what belonged to who left', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 20 }),
        fc.nat(),
        (key, names, at) => {
          const gone = names[at % names.length];
          const stayed = rendezvous(key, names).filter((name) => name !== gone);
          expect(
            rendezvous(
              key,
              names.filter((name) => name !== gone),
            ),
          ).toEqual(stayed);
        },
      ),
      { seed: 2 },
    );
  });

  it('spreads the tasks evenly', () => {
    const counts = new Map<string, number>();
    for (const key of keys) {
      const [first = ''] = rendezvous(key, peers);
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    const even = keys.length / peers.length;
    expect(counts.size).toBe(peers.length);
    for (const count of counts.values()) expect(Math.abs(count - even)).toBeLessThan(even / 3);
  });

  it('never changes what it gives: peers of every version must agree', () => {
    expect(hash53('')).toBe(7_326_649_856_936_390);
    expect(hash53('acme/widgets#42\npeer')).toBe(7_921_086_274_342_061);
    for (const key of keys) expect(Number.isSafeInteger(hash53(key))).toBe(true);
    expect(new Set(keys.map(hash53)).size).toBe(keys.length);
  });
});

describe('the rank for a task', () => {
  it('leaves out who cannot take it, for a reason', () => {
    const reasons = [
      able(1, { repositories: [] }),
      able(2, { executors: ['ollama'] }),
      able(3, { tools: ['node'] }),
      able(4, { running: 1 }),
      able(5, { slots: 0 }),
    ].map((peer) => obstacleOf(peer, task, needs));
    expect(reasons).toEqual([
      { kind: 'repository' },
      { kind: 'executor', name: 'recipe' },
      { kind: 'tool', name: 'prettier' },
      { kind: 'slots' },
      { kind: 'slots' },
    ]);
    expect(obstacleOf(able(6), task, needs)).toBeUndefined();
    expect(rank([able(4, { running: 1 }), able(6)], task, needs)).toEqual([peerOf(6)]);
  });

  it('prefers the idle and the successful', () => {
    const [idle, busy, failing, half] = [
      able(1),
      able(2, { load: 8 }),
      able(3, { success: 0.1 }),
      able(4, { slots: 2, running: 1 }),
    ];
    for (const other of [busy, failing, half]) {
      expect(rank([other, idle], task, needs)[0]).toBe(idle.peer);
    }
  });

  it('takes any executor that would do, and prefers who has the earlier one', () => {
    const models = ['coder:7b' as never];
    const wanted: Needs = { executors: ['claude', 'ollama', 'codex'], tools: [], models };
    const [first, second, third] = [
      able(1, { executors: ['codex', 'claude'] }),
      able(2, { executors: ['ollama'], models }),
      able(3, { executors: ['recipe', 'codex'] }),
    ];
    expect(rank([third, second, first], task, wanted)).toEqual([1, 2, 3].map(peerOf));
    // A model is of no use elsewhere, and its lack keeps nobody from another executor.
    const modelless = able(4, { executors: ['ollama'], models: ['other:1b'] });
    expect(obstacleOf(modelless, task, wanted)).toEqual({ kind: 'model', name: 'coder:7b' });
    expect(obstacleOf(able(5), task, wanted)).toEqual({
      kind: 'executor',
      name: 'claude or ollama or codex',
    });
  });

  it('is not changed by small differences in what was heard', () => {
    const peers = [1, 2, 3, 4, 5].map((index) => able(index));
    const drifted = peers.map((peer, index) => ({ ...peer, load: index * 0.01, revision: 9 }));
    expect(rank(drifted, task, needs)).toEqual(rank(peers, task, needs));
  });

  it('shares the tasks among equal peers', () => {
    const peers = [1, 2, 3, 4, 5].map((index) => able(index));
    const firsts = Array.from({ length: 100 }, (_, index) => TaskId.parse(`a/b#${index + 1}`)).map(
      (one) =>
        rank(
          peers.map((peer) => ({ ...peer, repositories: ['a/b' as never] })),
          one,
          needs,
        )[0],
    );
    expect(new Set(firsts).size).toBe(5);
  });
});
