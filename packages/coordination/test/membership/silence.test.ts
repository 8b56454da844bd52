import { describe, expect, it } from 'vitest';
import { createSilence } from '../../src/membership/silence.ts';
import { peerOf } from '../support/identity.ts';

const [pingMs, silenceMs] = [100, 400];
const peer = peerOf(2);

/** Ticks on time from `fromMs` on, and returns when it stopped. */
function tickFor(silence: ReturnType<typeof createSilence>, fromMs: number, times: number): number {
  for (let count = 1; count <= times; count += 1) silence.tick(fromMs + count * pingMs);
  return fromMs + times * pingMs;
}

describe('silence', () => {
  it('is overdue after so long without a word, and over with the next one', () => {
    const silence = createSilence({ pingMs, silenceMs });
    silence.tick(0);
    silence.heard(peer, 0);
    tickFor(silence, 0, 5);
    expect([silence.isOverdue(peer, 400), silence.isOverdue(peer, 401)]).toEqual([false, true]);
    silence.heard(peer, 450);
    expect(silence.isOverdue(peer, 500)).toBe(false);
  });

  it('of a peer that never said anything is none', () => {
    const silence = createSilence({ pingMs, silenceMs });
    silence.renew(peer, 0);
    tickFor(silence, 0, 50);
    expect([silence.knows(peer), silence.isOverdue(peer, 5_000)]).toEqual([false, false]);
  });

  it('begins anew with a new connection; who comes back from the dead is watched once more', () => {
    const silence = createSilence({ pingMs, silenceMs });
    silence.heard(peer, 0);
    silence.renew(peer, 450);
    expect(silence.isOverdue(peer, 500)).toBe(false);
    silence.buried(peer);
    silence.renew(peer, 1_000);
    expect([silence.isOverdue(peer, 1_400), silence.isOverdue(peer, 1_401)]).toEqual([false, true]);
    silence.buried(peer);
    silence.renew(peer, 2_000);
    expect([silence.knows(peer), silence.isOverdue(peer, 5_000)]).toEqual([false, false]);
  });

  it('does not count time in which we did not run ourselves', () => {
    const silence = createSilence({ pingMs, silenceMs });
    silence.tick(0);
    silence.heard(peer, 0);
    silence.tick(60_000);
    expect(silence.isOverdue(peer, 60_000)).toBe(false);
  });

  it('counts in full after it, from what was heard before our timer ran again', () => {
    const silence = createSilence({ pingMs, silenceMs });
    silence.tick(0);
    silence.heard(peer, 0);
    // Sockets are read first: it spoke after the pause, and then no more.
    silence.heard(peer, 600_000);
    silence.tick(600_001);
    const lastMs = tickFor(silence, 600_001, 100);
    expect(silence.isOverdue(peer, lastMs)).toBe(true);
  });

  it('is borne longer while we run late, and as before once we do not', () => {
    const silence = createSilence({ pingMs, silenceMs });
    silence.tick(0);
    expect(silence.patienceMs()).toBe(silenceMs);
    silence.tick(pingMs + 50);
    expect(silence.patienceMs()).toBeGreaterThan(silenceMs + 2 * 50);
    tickFor(silence, pingMs + 50, 300);
    expect(silence.patienceMs()).toBeLessThan(silenceMs + 1);
  });

  it('is never borne for ever, however late we once were', () => {
    const silence = createSilence({ pingMs, silenceMs });
    silence.tick(0);
    silence.tick(3_600_000);
    expect(silence.patienceMs()).toBeLessThan(5 * silenceMs);
  });
});
