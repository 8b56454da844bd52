import type { Clock } from '@bzzz/coordination';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../src/options.ts';
import { createWriteShare } from '../src/rest/write-share.ts';

function shareAt(options: { writesPerMinuteMax: number; writesPerHourMax: number }) {
  let nowMs = 0;
  const clock: Clock = { wallMs: () => 0, monotonicMs: () => nowMs, after: () => () => undefined };
  const share = createWriteShare(clock, options);
  return {
    share,
    at(ms: number) {
      nowMs = ms;
      return share;
    },
  };
}

describe('a share of the account', () => {
  it('is all of it for who is alone, over every minute', () => {
    const { at } = shareAt({ writesPerMinuteMax: 3, writesPerHourMax: 100 });
    for (const ms of [0, 10, 20]) {
      expect(at(ms).waitMs()).toBe(0);
      at(ms).wrote();
    }
    expect(at(30).waitMs()).toBe(60_000 - 30);
    expect(at(60_000).waitMs()).toBe(0);
    at(60_000).wrote();
    expect(at(60_001).waitMs()).toBe(9);
  });

  it('is smaller the more peers there are, and never nothing', () => {
    const { share, at } = shareAt({ writesPerMinuteMax: 80, writesPerHourMax: 500 });
    share.setPeers(1_000);
    expect(at(0).waitMs()).toBe(0);
    at(0).wrote();
    // A thousand times one write in two hours are 500 an hour.
    expect(at(1).waitMs()).toBe(7_200_000 - 1);
    share.setPeers(2);
    expect(at(1).waitMs()).toBe(0);
  });

  it('is counted over the hour too', () => {
    const { at } = shareAt({ writesPerMinuteMax: 80, writesPerHourMax: 5 });
    for (let count = 0; count < 5; count += 1) at(count * 60_000).wrote();
    expect(at(300_000).waitMs()).toBe(3_600_000 - 300_000);
    expect(at(3_600_000).waitMs()).toBe(0);
  });

  it('has no end where the forge has no limit', () => {
    const { at } = shareAt({ writesPerMinuteMax: Infinity, writesPerHourMax: Infinity });
    for (let count = 0; count < 1_000; count += 1) at(0).wrote();
    expect(at(0).waitMs()).toBe(0);
  });
});

it('is a second between two writes, and the rate of GitHub, unless the forge is on this machine', () => {
  const there = settingsOf({ dataDir: '/nowhere' });
  expect(there).toMatchObject({ writeGapMs: 1_000, writesPerMinuteMax: 80, writesPerHourMax: 500 });
  expect(settingsOf({ dataDir: '/nowhere', apiUrl: 'http://127.0.0.1:1' }).writeGapMs).toBe(0);
});
