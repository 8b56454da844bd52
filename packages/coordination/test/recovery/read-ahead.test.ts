import { describe, expect, it } from 'vitest';
import { createReadAhead } from '../../src/recovery/read-ahead.ts';
import { createManualClock } from '../support/manual-clock.ts';

describe('reading ahead', () => {
  function stand(failure?: Error) {
    const clock = createManualClock();
    const stopping = new AbortController();
    const told: unknown[] = [];
    let reads = 0;
    const records = {
      async readOn() {
        reads += 1;
        if (failure !== undefined) throw failure;
      },
    };
    const trouble = { tell: (error: unknown) => void told.push(error) };
    const readAhead = createReadAhead({ clock, records, trouble }, stopping.signal);
    return { clock, stopping, told, readAhead, reads: () => reads };
  }

  it('reads once for several words, and again for later ones', async () => {
    const { clock, readAhead, reads } = stand();
    for (let words = 0; words < 5; words += 1) readAhead();
    expect(reads()).toBe(0);
    await clock.advance(1_000);
    expect(reads()).toBe(1);
    readAhead();
    await clock.advance(1_000);
    expect(reads()).toBe(2);
  });

  it('tells what goes wrong, and goes on', async () => {
    const failure = new Error('the disk is gone');
    const { clock, readAhead, reads, told } = stand(failure);
    readAhead();
    await clock.advance(1_000);
    expect(told).toEqual([failure]);
    readAhead();
    await clock.advance(1_000);
    expect(reads()).toBe(2);
  });

  it('reads nothing for a peer that stops, and says nothing', async () => {
    const { clock, readAhead, reads, stopping, told } = stand();
    readAhead();
    stopping.abort(new Error('the peer stops'));
    await clock.advance(1_000);
    readAhead();
    await clock.advance(1_000);
    expect([reads(), told]).toEqual([0, []]);
  });
});
