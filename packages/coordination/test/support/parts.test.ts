/** The small parts that everything else stands on. */
import { BzzzError } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { backoffMs, backoffMsMax, patiently } from '../../src/support/backoff.ts';
import { createLane } from '../../src/support/lane.ts';
import { createSerial } from '../../src/support/serial.ts';
import { sleep } from '../../src/support/sleep.ts';
import { createTrouble } from '../../src/support/trouble.ts';
import { createWaker } from '../../src/support/waker.ts';
import { createDraws } from './identity.ts';
import { createManualClock, settle } from './manual-clock.ts';
import { errorOf } from './memory-forge.ts';
import { calm, createStand, task } from './stand.ts';

describe('sleep', () => {
  it('ends in time, or with the reason of the signal, and leaves no timer', async () => {
    const clock = createManualClock();
    await clock.drive(sleep(clock, 500, calm));
    expect(clock.monotonicMs()).toBe(500);
    const stop = new AbortController();
    const cut = expect(sleep(clock, 500, stop.signal)).rejects.toMatchObject({ code: 'stopped' });
    stop.abort(new BzzzError('stopped', 'the peer is stopping'));
    await cut;
    expect(clock.waiting()).toBe(0);
    await expect(sleep(clock, 1, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('a lane', () => {
  it('runs so many at a time, in order, and lets who waits leave', async () => {
    const lane = createLane(1, 2);
    const first = Promise.withResolvers<void>();
    const ran: string[] = [];
    const job = (name: string, wait?: Promise<void>) => async () => {
      ran.push(name);
      await wait;
    };
    const leaving = new AbortController();
    const one = lane.run(calm, job('one', first.promise));
    const two = expect(lane.run(leaving.signal, job('two'))).rejects.toMatchObject({
      code: 'aborted',
    });
    const three = lane.run(calm, job('three'));
    expect(lane.hasRoom()).toBe(false);
    leaving.abort();
    await two;
    expect(lane.hasRoom()).toBe(true);
    expect(ran).toEqual(['one']);
    first.resolve();
    await Promise.all([one, three]);
    expect(ran).toEqual(['one', 'three']);
    await lane.run(calm, job('four'));
    expect(ran).toEqual(['one', 'three', 'four']);
  });

  it('goes on after a job that failed', async () => {
    const lane = createLane(1, 1);
    await expect(lane.run(calm, () => Promise.reject(new Error('boom')))).rejects.toThrow('boom');
    expect(await lane.run(calm, async () => 'done')).toBe('done');
  });
});

describe('a waker', () => {
  it('cuts a pause short, and keeps one wake for the next', async () => {
    const clock = createManualClock();
    const waker = createWaker(clock);
    const first = waker.wait(10_000, calm);
    waker.wake();
    await first;
    expect(clock.waiting()).toBe(0);
    waker.wake();
    waker.wake();
    await waker.wait(10_000, calm);
    await clock.drive(waker.wait(10_000, calm));
    expect(clock.monotonicMs()).toBe(10_000);
  });

  it('is ended by the signal', async () => {
    const clock = createManualClock();
    const waker = createWaker(clock);
    const stop = new AbortController();
    const cut = expect(waker.wait(10, stop.signal)).rejects.toMatchObject({ code: 'aborted' });
    stop.abort();
    await cut;
    expect(clock.waiting()).toBe(0);
    await expect(waker.wait(10, stop.signal)).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('a serial', () => {
  it('runs one job after another, also after one that failed', async () => {
    const serial = createSerial();
    const events: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = serial(async () => {
      await promise;
      events.push('first');
      throw new Error('failed');
    });
    const second = serial(async () => {
      events.push('second');
      return 2;
    });
    await settle();
    expect(events).toEqual([]);
    resolve();
    await expect(first).rejects.toThrow('failed');
    expect(await second).toBe(2);
    expect(events).toEqual(['first', 'second']);
  });
});

describe('backoff', () => {
  it('doubles up to a bound, spread over its upper half', () => {
    const edge = (unit: number) => ({ unit: () => unit, bytes: () => new Uint8Array() });
    for (const [failures, ceiling] of [
      [0, 1_000],
      [1, 2_000],
      [5, 32_000],
      [40, backoffMsMax],
      [5_000, backoffMsMax],
    ] as const) {
      expect(backoffMs(1_000, failures, edge(0))).toBe(ceiling / 2);
      expect(backoffMs(1_000, failures, edge(0.999_999))).toBeCloseTo(ceiling, -1);
    }
  });
});

describe('patience', () => {
  function patient(errors: readonly unknown[], signal = calm) {
    const clock = createManualClock();
    const told: string[] = [];
    let tries = 0;
    const deps = { clock, random: createDraws(1), onTrouble: (e: BzzzError) => told.push(e.code) };
    const work = patiently(deps, { firstMs: 1_000, signal }, async () => {
      const error = errors[tries];
      tries += 1;
      if (error !== undefined) throw error;
      return 'done';
    });
    return { clock, told, work, tries: () => tries };
  }

  it('repeats what a later try can mend, and tells each failure', async () => {
    const errors = [errorOf('forge_unreachable'), errorOf('forge_unauthorized')];
    const { clock, told, work } = patient(errors);
    expect(await clock.drive(work)).toBe('done');
    expect(told).toEqual(['forge_unreachable', 'forge_unauthorized']);
    expect(clock.monotonicMs()).toBeGreaterThan(1_000);
  });

  it('waits as long as the forge asks for', async () => {
    const { clock, work } = patient([errorOf('forge_rate_limited', 90_000)]);
    await clock.drive(work);
    expect(clock.monotonicMs()).toBe(90_000);
  });

  it.each(['forge_not_found', 'forge_refused', 'lock_malformed'] as const)(
    'throws on what no try can mend: %s',
    async (code) => {
      const { work, tries } = patient([errorOf(code)]);
      await expect(work).rejects.toMatchObject({ code });
      expect(tries()).toBe(1);
    },
  );

  it('throws a defect on, and does not begin when it is aborted', async () => {
    await expect(patient([new TypeError('a defect')]).work).rejects.toThrow('a defect');
    const aborted = patient([], AbortSignal.abort());
    await expect(aborted.work).rejects.toMatchObject({ code: 'aborted' });
    expect(aborted.tries()).toBe(0);
  });
});

describe('trouble', () => {
  it('is journalled once a minute, each kind and task for itself', async () => {
    const { clock, trouble, journal } = createStand();
    for (let round = 0; round < 10; round += 1) {
      trouble.tell(errorOf('forge_unreachable'), task);
      trouble.tell(errorOf('forge_unreachable'));
      trouble.tell(new TypeError('x is undefined'), task);
      await clock.advance(1_000);
    }
    expect(journal.of('trouble').map(({ code }) => code)).toEqual([
      'forge_unreachable',
      'forge_unreachable',
      'defect',
    ]);
    expect(trouble.recent()[0]).toMatchObject({ code: 'defect', reason: 'x is undefined', task });
    await clock.advance(60_001);
    expect(trouble.recent()).toEqual([]);
    trouble.tell(errorOf('forge_unreachable'), task);
    await settle();
    expect(journal.of('trouble')).toHaveLength(4);
  });

  it('is shown since when it lasts, and for as long as it is waited out', async () => {
    const { trouble, clock } = createStand();
    const startMs = clock.monotonicMs();
    trouble.tell(errorOf('forge_unreachable'));
    await clock.advance(30_000);
    trouble.tell(errorOf('forge_unreachable'));
    trouble.tell(errorOf('forge_rate_limited', 300_000), task);
    const atMs = startMs + 30_000;
    expect(trouble.recent()).toMatchObject([
      { code: 'forge_rate_limited', sinceMs: atMs, atMs, retryAtMs: atMs + 300_000 },
      { code: 'forge_unreachable', sinceMs: startMs, atMs, retryAtMs: null },
    ]);
    await clock.advance(200_000);
    expect(trouble.recent()).toMatchObject([{ code: 'forge_rate_limited' }]);
    trouble.tell(errorOf('forge_unreachable'));
    expect(trouble.recent()[0]).toMatchObject({ sinceMs: atMs + 200_000 });
    await clock.advance(100_000);
    expect(trouble.recent()).toEqual([]);
  });

  it('is bounded, in its number and its words', async () => {
    const { trouble, journal } = createStand();
    for (let number = 1; number <= 80; number += 1) {
      trouble.tell(errorOf('timeout'), `acme/widgets#${number}` as typeof task);
    }
    trouble.tell(new Error('x'.repeat(10_000)));
    await settle();
    expect(trouble.recent()).toHaveLength(50);
    expect(journal.of('trouble').at(-1)?.reason).toHaveLength(512);
  });

  it('that comes while the peer stops, after its journal was closed, is not fatal', async () => {
    const { clock, fatal } = createStand();
    const late = createTrouble({
      clock,
      chronicle: { record: () => Promise.reject(errorOf('stopped')) },
      onFatal: (error) => fatal.push(error),
    });
    late.tell(errorOf('timeout'));
    late.tell(errorOf('stopped'), task);
    await settle();
    expect(fatal).toEqual([]);
    expect(late.recent()).toHaveLength(2);
  });

  it('of the journal itself is fatal', async () => {
    const { trouble, journal, fatal } = createStand();
    trouble.tell(errorOf('journal_write_failed'));
    expect(fatal).toHaveLength(1);
    journal.fill();
    trouble.tell(errorOf('timeout'));
    await settle();
    expect(fatal.map(({ code }) => code)).toEqual(['journal_write_failed', 'journal_write_failed']);
    const deaf = createTrouble({
      clock: createManualClock(),
      chronicle: { record: () => Promise.reject(new TypeError('a defect')) },
      onFatal: (error) => fatal.push(error),
    });
    deaf.tell(errorOf('timeout'));
    await settle();
    expect(fatal.at(-1)).toMatchObject({ code: 'journal_write_failed', reason: 'a defect' });
  });
});
