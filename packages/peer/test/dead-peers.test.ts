import type { MemberView } from '@bzzz/coordination';
import { PeerId, TaskId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { deadPeersOf } from '../src/status/dead-peers.ts';
import { member } from './member.ts';

const peerOf = (letter: string) => PeerId.parse(`12D3KooW${letter.repeat(44)}`);

const dead = (letter: string, change: Partial<MemberView> = {}) =>
  member(letter, { connected: false, liveness: 'dead', heardAgoMs: 8 * 60_000, ...change });

const withOperator = { hasOperator: true };
const left = (number: number, by: string | null) => ({
  task: TaskId.parse(`cedar/csv#${number}`),
  by: by === null ? null : peerOf(by),
  byName: by === null ? null : `peer-${by}`,
});

describe('a dead member', () => {
  it('is a problem that says who, since when, what it held, who has that now, and what to do', () => {
    const one = dead('2', { left: [left(30, '3'), left(31, null)] });
    const alive = dead('1', { liveness: 'alive', connected: true });
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
    const old = dead('2', { heardAgoMs: 25 * 3_600_000 });
    expect(deadPeersOf([old], withOperator)).toMatchObject([{ severity: 'warning' }]);
    expect(deadPeersOf([dead('2', { removed: true })], withOperator)).toEqual([]);
    expect(deadPeersOf([dead('2', { quarantined: true })], withOperator)).toEqual([]);
    expect(deadPeersOf([dead('2', { liveness: 'alive' })], withOperator)).toEqual([]);
    expect(deadPeersOf([dead('2', { liveness: 'suspected' })], withOperator)).toEqual([]);
  });

  it('that said that it stops is only noted, as stopped', () => {
    const { capabilities } = dead('2');
    const stopped = dead('2', { capabilities: { ...capabilities, leaving: true } });
    expect(deadPeersOf([stopped], withOperator)).toMatchObject([
      {
        code: 'peer_stopped',
        severity: 'warning',
        text: 'peer-2 was stopped 8 min ago; it held no task.',
      },
    ]);
    const further = (letters: string) => {
      const all = Array.from('23456789', (letter) => {
        return letters.includes(letter) ? { ...stopped, name: `peer-${letter}` } : dead(letter);
      });
      return deadPeersOf(all, withOperator).at(-1)?.text;
    };
    expect(further('23456789')).toContain('5 further peers are stopped: ');
    expect(further('56789')).toContain('5 further peers are stopped: ');
    expect(further('56')).toContain('5 further peers are dead or stopped: ');
    expect(further('')).toContain('5 further peers are dead: ');
  });

  it('cannot be removed where there is no operator', () => {
    const [problem] = deadPeersOf([dead('2')], { hasOperator: false });
    expect(problem?.text).toMatch(/it held no task\.$/);
    expect(problem?.advice).not.toContain('remove');
  });

  it('does not hide everything else when many die', () => {
    const many = ['2', '3', '4', '5', '6'].map((letter, at) =>
      dead(letter, { heardAgoMs: at * 1_000 }),
    );
    const texts = deadPeersOf(many, withOperator).map(({ text }) => text);
    expect(texts).toHaveLength(4);
    expect(texts[3]).toBe('2 further peers are dead: peer-5, peer-6.');
    expect(deadPeersOf(many.slice(1), withOperator)).toHaveLength(4);
  });
});
