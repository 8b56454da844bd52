import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Hlc, hlcCompare, hlcHear, hlcTick, hlcZero } from '../src/index.ts';

const wallMs = fc.integer({ min: 0, max: 5_000 });
const clocks = fc.record({ wallMs, counter: fc.integer({ min: 0, max: 50 }) });
const skewMsMax = 1_000;

it('a tick passes what was before, whatever the wall clock does', () => {
  fc.assert(
    fc.property(clocks, wallMs, (last, nowMs) => {
      const next = hlcTick(last, nowMs);
      expect(hlcCompare(next, last)).toBeGreaterThan(0);
      expect(next.wallMs).toBeGreaterThanOrEqual(nowMs);
      expect(Hlc.safeParse(next).success).toBe(true);
    }),
  );
});

it('hearing passes what was before, and what was heard unless that is too far ahead', () => {
  fc.assert(
    fc.property(clocks, clocks, wallMs, (last, heard, nowMs) => {
      const next = hlcHear(last, heard, nowMs, skewMsMax);
      expect(hlcCompare(next, last)).toBeGreaterThan(0);
      const believed = heard.wallMs <= nowMs + skewMsMax;
      if (believed) expect(hlcCompare(next, heard)).toBeGreaterThan(0);
      else expect(next).toEqual(hlcTick(last, nowMs));
    }),
  );
});

it('never runs further ahead of the wall clock than the skew that is allowed', () => {
  const events = fc.array(fc.record({ heard: fc.option(clocks), nowMs: wallMs }), { minLength: 1 });
  fc.assert(
    fc.property(events, (all) => {
      let last = hlcZero;
      let latestMs = 0;
      for (const { heard, nowMs } of all) {
        latestMs = Math.max(latestMs, nowMs);
        last = heard === null ? hlcTick(last, nowMs) : hlcHear(last, heard, nowMs, skewMsMax);
        expect(last.wallMs).toBeLessThanOrEqual(latestMs + skewMsMax);
      }
    }),
  );
});

it('keeps cause before effect across peers with clocks that disagree', () => {
  const hop = fc.record({ offsetMs: fc.integer({ min: -400, max: 400 }), nowMs: wallMs });
  fc.assert(
    fc.property(fc.array(hop, { minLength: 2, maxLength: 20 }), (hops) => {
      let carried = hlcZero;
      for (const { offsetMs, nowMs } of hops) {
        const here = hlcHear(hlcZero, carried, Math.max(0, 5_000 + nowMs + offsetMs), 6_000);
        expect(hlcCompare(here, carried)).toBeGreaterThan(0);
        carried = here;
      }
    }),
  );
});

it('orders as a total order', () => {
  fc.assert(
    fc.property(clocks, clocks, clocks, (a, b, c) => {
      expect(Math.sign(hlcCompare(a, b))).toBe(0 - Math.sign(hlcCompare(b, a)));
      expect(hlcCompare(a, b) === 0).toBe(a.wallMs === b.wallMs && a.counter === b.counter);
      if (hlcCompare(a, b) <= 0 && hlcCompare(b, c) <= 0) {
        expect(hlcCompare(a, c)).toBeLessThanOrEqual(0);
      }
    }),
  );
});
