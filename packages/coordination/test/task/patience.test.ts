/** How long an attempt may take, and be silent. */
import { BzzzError } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import type { HelpReport } from '../../src/index.ts';
import { startCountdown } from '../../src/support/countdown.ts';
import { startPatience } from '../../src/task/patience.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { calm } from '../support/stand.ts';
import { restOf } from '../support/rest.ts';

const limits = { attemptMs: 600_000, stallMs: 60_000 };
const endless = () => new Promise<never>(() => undefined);

function patienceOf() {
  const clock = createManualClock();
  const operator = restOf();
  const patience = startPatience({ clock, rest: operator.rest }, limits, 'the attempt', calm);
  const code = () =>
    patience.signal.reason instanceof BzzzError ? patience.signal.reason.code : null;
  /** An executor that does as a test says, until it is ended. */
  const listen = () => {
    const hooks = Promise.withResolvers<{ onSign: () => void }>();
    void patience.listen('the recipe', (given) => {
      hooks.resolve(given);
      return endless();
    });
    return hooks.promise;
  };
  return { clock, operator, patience, code, listen };
}

describe('an executor', () => {
  it('that gives no sign is given up after so long, and not before', async () => {
    const { clock, code, listen, patience } = patienceOf();
    await listen();
    await clock.advance(59_999);
    expect(code()).toBeNull();
    await clock.advance(1);
    expect(code()).toBe('attempt_stalled');
    expect(String(patience.signal.reason)).toMatch(/the recipe gave no sign for 60000 ms/);
    patience.end();
    expect(clock.waiting()).toBe(0);
  });

  it('may take its time while it gives signs, as long as an attempt may take', async () => {
    const { clock, code, listen } = patienceOf();
    const { onSign } = await listen();
    for (let atMs = 0; atMs < 550_000; atMs += 50_000) {
      await clock.advance(50_000);
      onSign();
    }
    expect(code()).toBeNull();
    await clock.advance(50_000);
    expect(code()).toBe('timeout');
  });

  it('is not given up for its silence before it begins and after it has ended', async () => {
    const { clock, code, patience } = patienceOf();
    await clock.advance(300_000);
    await patience.listen('the recipe', async () => undefined);
    await clock.advance(299_999);
    expect(code()).toBeNull();
  });

  it('is silent without blame while others are asked for help', async () => {
    const { clock, code, listen, patience } = patienceOf();
    await listen();
    await clock.advance(50_000);
    const answer = Promise.withResolvers<HelpReport>();
    const asked = patience.asking(() => answer.promise)('how?');
    await clock.advance(300_000);
    answer.resolve({ helped: true, text: 'so', changed: false });
    await asked;
    await clock.advance(59_999);
    expect(code()).toBeNull();
    await clock.advance(1);
    expect(code()).toBe('attempt_stalled');
  });

  it('is silent without blame while it rests, and the time of the attempt stands still', async () => {
    const { clock, code, listen, operator } = patienceOf();
    const { onSign } = await listen();
    await clock.advance(50_000);
    operator.want(true);
    await clock.advance(3_600_000);
    operator.want(false);
    await clock.advance(9_999);
    expect(code()).toBeNull();
    onSign();
    await clock.advance(59_999);
    expect(code()).toBeNull();
    await clock.advance(1);
    expect(code()).toBe('attempt_stalled');
  });

  it('that is to rest from its begin on has all its time afterwards', async () => {
    const { clock, code, listen, operator } = patienceOf();
    operator.want(true);
    await listen();
    await clock.advance(3_600_000);
    operator.want(false);
    await clock.advance(59_999);
    expect(code()).toBeNull();
    await clock.advance(1);
    expect(code()).toBe('attempt_stalled');
  });
});

describe('a countdown', () => {
  it('counts no more than a step of a time in which nobody looked', async () => {
    const clock = createManualClock();
    let nowMs = 0;
    let over = false;
    const late = { ...clock, monotonicMs: () => clock.monotonicMs() + nowMs };
    startCountdown(late, { timeMs: 40_000, stepMs: 10_000, onOver: () => void (over = true) });
    await clock.advance(9_000);
    // The process was stopped for an hour, and what it waited for comes after that.
    nowMs = 3_600_000;
    await clock.advance(30_000);
    expect(over).toBe(false);
    await clock.advance(1_000);
    expect(over).toBe(true);
  });
});
