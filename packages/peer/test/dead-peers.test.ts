import type { MemberView } from '@bzzz/coordination';
import { Capabilities, PeerId, TaskId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { deadPeersOf } from '../src/status/dead-peers.ts';

const peerOf = (letter: string) => PeerId.parse(`12D3KooW${letter.repeat(44)}`);

function member(letter: string, change: Partial<MemberView> = {}): MemberView {
  const capabilities = Capabilities.parse({
    peer: peerOf(letter),
    name: `peer-${letter}`,
    account: null,
    version: '0.1.0',
    wire: { min: 1, max: 1 },
    incarnation: 1,
    revision: 1,
    repositories: [],
    executors: [],
    tools: [],
    sandbox: 'bubblewrap',
    slots: 1,
    running: 0,
    load: 0,
    success: 0.5,
    journal: { key: 'ab'.repeat(32), length: 0 },
  });
  const { peer, name } = capabilities;
  const facts = { peer, name, self: false, connected: false, liveness: 'dead' as const };
  const more = { heardAgoMs: 8 * 60_000, quarantined: false, removed: false, left: [] };
  return { ...facts, ...more, capabilities, ...change };
}

const withOperator = { hasOperator: true };
const left = (number: number, by: string | null) => ({
  task: TaskId.parse(`cedar/csv#${number}`),
  by: by === null ? null : peerOf(by),
  byName: by === null ? null : `peer-${by}`,
});

describe('a dead member', () => {
  it('is a problem that says who, since when, what it held, who has that now, and what to do', () => {
    const one = member('2', { left: [left(30, '3'), left(31, null)] });
    const alive = member('1', { liveness: 'alive', connected: true });
    expect(deadPeersOf([alive, one], withOperator)).toEqual([
      {
        code: 'peer_dead',
        severity: 'error',
        text: 'peer-2 is dead, nothing was heard of it for 8 min; it held #30, which peer-3 took over, and #31, which nobody has taken over yet.',
        advice:
          'Start it again where it ran (`bzzz up`), or, if it is gone for good, `bzzz peers remove peer-2` where the operator key lies.',
      },
    ]);
  });

  it('is only noted after a day, and not told where it was removed or is in quarantine', () => {
    const old = member('2', { heardAgoMs: 25 * 3_600_000 });
    expect(deadPeersOf([old], withOperator)).toMatchObject([{ severity: 'warning' }]);
    expect(deadPeersOf([member('2', { removed: true })], withOperator)).toEqual([]);
    expect(deadPeersOf([member('2', { quarantined: true })], withOperator)).toEqual([]);
    expect(deadPeersOf([member('2', { liveness: 'alive' })], withOperator)).toEqual([]);
    expect(deadPeersOf([member('2', { liveness: 'suspected' })], withOperator)).toEqual([]);
  });

  it('cannot be removed where there is no operator', () => {
    const [problem] = deadPeersOf([member('2')], { hasOperator: false });
    expect(problem?.text).toMatch(/it held no task\.$/);
    expect(problem?.advice).not.toContain('remove');
  });

  it('does not hide everything else when many die', () => {
    const dead = ['2', '3', '4', '5', '6'].map((letter, at) =>
      member(letter, { heardAgoMs: at * 1_000 }),
    );
    const texts = deadPeersOf(dead, withOperator).map(({ text }) => text);
    expect(texts).toHaveLength(4);
    expect(texts[3]).toBe('2 further peers are dead: peer-5, peer-6.');
    expect(deadPeersOf(dead.slice(1), withOperator)).toHaveLength(4);
  });
});
