import type { Random } from '@bzzz/coordination';
import { describe, expect, it } from 'vitest';
import { createHealth, type Ticket } from '../../src/worker/health.ts';

const options = {
  pauseMs: 100,
  pauseMsMax: 1_000,
  deathsMax: 3,
  windowMs: 10_000,
  coolDownMs: 5_000,
};

function make(unit = 1) {
  let nowMs = 1_000;
  const clock = { wallMs: () => nowMs, monotonicMs: () => nowMs, after: () => () => {} };
  const random: Random = { bytes: (count) => new Uint8Array(count), unit: () => unit };
  const health = createHealth({ clock, random }, options);
  const enter = (): Ticket => health.enter() ?? expect.unreachable('nothing may begin');
  const die = () => {
    const ticket = enter();
    health.died(ticket, 'it died');
    health.ended(ticket, { isProof: false });
  };
  return { health, enter, die, pass: (ms: number) => (nowMs += ms) };
}

describe('the health of workers', () => {
  it('is good to begin with', () => {
    const { health } = make();
    expect(health.ready()).toBe(true);
    expect(health.waitMs()).toBe(0);
    expect(health.state()).toEqual({
      deaths: 0,
      recent: 0,
      lastReason: null,
      lastAgoMs: null,
      breaker: 'closed',
      trialInMs: null,
    });
  });

  it('doubles the pause with each death in a row, up to a bound, with jitter in the upper half', () => {
    for (const [unit, share] of [
      [1, 1],
      [0, 0.5],
    ] as const) {
      const { health, enter, pass } = make(unit);
      const ticket = enter();
      const pauses = Array.from({ length: 6 }, () => {
        health.died(ticket, 'it died');
        return health.waitMs();
      });
      expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000].map((ms) => ms * share));
      pass(400);
      expect(health.waitMs()).toBe(Math.max(0, 1_000 * share - 400));
    }
  });

  it('begins with the short pause again when a worker has lived to its end', () => {
    const { health, enter, die } = make();
    die();
    die();
    health.ended(enter(), { isProof: false });
    expect(health.waitMs()).toBe(200);
    health.ended(enter(), { isProof: true });
    die();
    expect(health.waitMs()).toBe(100);
  });

  it('opens after several deaths within the window, and not after as many over a longer time', () => {
    const { health, die, pass } = make();
    die();
    pass(6_000);
    die();
    pass(6_000);
    die();
    expect(health.state()).toMatchObject({ breaker: 'closed', recent: 2, deaths: 3 });
    die();
    expect(health.state()).toMatchObject({ breaker: 'open', recent: 3, trialInMs: 5_000 });
    expect(health.enter()).toBeNull();
  });

  it('lets one attempt alone try after the cool-down', () => {
    const { health, enter, die, pass } = make();
    for (let count = 0; count < 3; count += 1) die();
    pass(4_999);
    expect(health.ready()).toBe(false);
    pass(1);
    const trial = enter();
    expect(trial.isTrial).toBe(true);
    expect(health.ready()).toBe(false);
    expect(health.enter()).toBeNull();
    health.ended(trial, { isProof: false });
    expect(health.ready()).toBe(true);
    const second = enter();
    health.ended(second, { isProof: true });
    expect(health.state()).toMatchObject({ breaker: 'closed', recent: 0 });
    die();
    expect(health.state()).toMatchObject({ breaker: 'closed', recent: 1 });
  });

  it('opens again when the trial dies', () => {
    const { health, die, pass } = make();
    for (let count = 0; count < 3; count += 1) die();
    pass(5_000);
    die();
    expect(health.state()).toMatchObject({ breaker: 'open', trialInMs: 5_000, deaths: 4 });
  });

  it('is not changed by attempts that began before it opened', () => {
    const { health, enter, die } = make();
    const early = enter();
    const late = enter();
    for (let count = 0; count < 3; count += 1) die();
    health.ended(early, { isProof: true });
    health.died(late, 'it died');
    health.ended(late, { isProof: false });
    expect(health.state()).toMatchObject({ breaker: 'open', trialInMs: 5_000 });
  });
});
