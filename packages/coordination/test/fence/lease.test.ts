import { Oid, TaskId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { guardLease } from '../../src/fence/guard.ts';
import { createHolding } from '../../src/fence/holding.ts';
import { createLeaseClock } from '../../src/fence/lease.ts';
import type { TipReading } from '../../src/fence/tip.ts';
import { errorOf } from '../support/memory-forge.ts';
import { calm, createStand, leaseMs, task } from '../support/stand.ts';

const [a, b] = [Oid.parse('a'.repeat(40)), Oid.parse('b'.repeat(40))];

describe('the lease clock', () => {
  it('counts from when we first saw the tip', () => {
    const leases = createLeaseClock({ gapMsMax: 60_000 });
    expect(leases.stoodMs(task, a)).toBe(0);
    leases.saw(task, a, 1_000);
    expect(leases.stoodMs(task, a)).toBe(0);
    leases.saw(task, a, 5_000);
    leases.saw(task, a, 9_000);
    expect(leases.stoodMs(task, a)).toBe(8_000);
  });

  it('starts again with every renewal', () => {
    const leases = createLeaseClock({ gapMsMax: 60_000 });
    leases.saw(task, a, 0);
    leases.saw(task, a, 50_000);
    leases.saw(task, b, 60_000);
    expect(leases.stoodMs(task, b)).toBe(0);
    expect(leases.stoodMs(task, a)).toBe(0);
  });

  it('counts no long time between two reads, in which its owner slept', () => {
    const leases = createLeaseClock({ gapMsMax: 30_000 });
    leases.saw(task, a, 0);
    leases.saw(task, a, 600_000);
    expect(leases.stoodMs(task, a)).toBe(0);
    leases.saw(task, a, 630_000);
    expect(leases.stoodMs(task, a)).toBe(30_000);
  });

  it('counts only time between two answered reads', () => {
    const leases = createLeaseClock({ gapMsMax: 60_000 });
    leases.saw(task, a, 0);
    leases.saw(task, a, 10_000);
    leases.missed(task);
    leases.missed(task);
    leases.saw(task, a, 500_000);
    expect(leases.stoodMs(task, a)).toBe(10_000);
    leases.saw(task, a, 501_000);
    expect(leases.stoodMs(task, a)).toBe(11_000);
  });

  it('keeps tasks apart, and forgets', () => {
    const leases = createLeaseClock({ gapMsMax: 60_000 });
    const other = TaskId.parse('acme/widgets#8');
    leases.missed(other);
    leases.saw(task, a, 0);
    leases.saw(task, a, 7_000);
    expect(leases.stoodMs(other, a)).toBe(0);
    leases.forget(task);
    expect(leases.stoodMs(task, a)).toBe(0);
  });
});

describe('the guard of a lease', () => {
  function guardOf(goOn: (reading: TipReading) => boolean = () => true, place = 0) {
    const stand = createStand();
    const leases = createLeaseClock({ gapMsMax: leaseMs / 2 });
    const readings: TipReading[] = [];
    const stop = new AbortController();
    const onReading = (reading: TipReading) => {
      readings.push(reading);
      return goOn(reading);
    };
    const state = { isOthers: true };
    const options = { leaseMs, place, isOthers: () => state.isOthers, onReading };
    const start = () => guardLease({ ...stand, leases }, options, task, stop.signal);
    return { stand, leases, readings, stop, start, state };
  }

  it('reads four times a lease, whatever stands there', async () => {
    const { stand, leases, readings, stop, start } = guardOf();
    const held = await createStand(2, stand).win();
    const reads = stand.forge.count('readFence');
    const over = expect(start()).rejects.toMatchObject({ code: 'aborted' });
    await stand.clock.advance(leaseMs);
    expect(stand.forge.count('readFence') - reads).toBe(5);
    expect(leases.stoodMs(task, held.oid)).toBe(leaseMs);
    expect(readings[0]).toMatchObject({ tip: { kind: 'record', oid: held.oid } });
    stop.abort();
    await over;
  });

  it('does not count an outage, tells of it, and goes on', async () => {
    const { stand, leases, stop, start } = guardOf();
    const held = await createStand(2, stand).win();
    const over = expect(start()).rejects.toMatchObject({ code: 'aborted' });
    await stand.clock.advance(leaseMs / 4);
    const outage = Array.from({ length: 8 }, () => errorOf('forge_unreachable'));
    stand.forge.fail('readFence', ...outage);
    await stand.clock.advance(2.5 * leaseMs);
    // A quarter before the outage, a quarter after it.
    expect(leases.stoodMs(task, held.oid)).toBe(leaseMs / 2);
    expect(stand.trouble.recent()[0]).toMatchObject({ code: 'forge_unreachable', task });
    stop.abort();
    await over;
  });

  it.each([
    [2, 1],
    [4, 3],
  ])('at place %i looks every %i leases, and closely at what then stands', async (place, rest) => {
    const { stand, leases, readings, stop, start } = guardOf(undefined, place);
    const owner = createStand(2, stand);
    const holding = createHolding(owner, await owner.win());
    const over = expect(start()).rejects.toMatchObject({ code: 'aborted' });
    await stand.clock.advance(rest * leaseMs - 1);
    expect(readings).toHaveLength(0);
    await stand.clock.advance(1);
    expect(readings).toHaveLength(1);
    expect(await holding.renew(calm)).toMatchObject({ kind: 'won' });
    await stand.clock.advance(rest * leaseMs);
    expect(readings).toHaveLength(2);
    // From here on it does not move.
    await stand.clock.advance((rest + 1) * leaseMs);
    expect(readings).toHaveLength(7);
    expect(leases.stoodMs(task, holding.tip().oid)).toBe(leaseMs);
    stop.abort();
    await over;
  });

  it('does not read at all what was heard to be over meanwhile', async () => {
    const { stand, readings, start, state } = guardOf(undefined, 2);
    const over = start();
    await stand.clock.advance(leaseMs / 2);
    state.isOthers = false;
    await stand.clock.drive(over);
    expect(readings).toEqual([]);
  });

  it('ends when there is nothing left to guard', async () => {
    const { stand, readings, start } = guardOf(({ tip }) => tip.kind !== 'absent');
    await stand.clock.drive(start());
    expect(readings).toHaveLength(1);
    expect(stand.clock.waiting()).toBe(0);
    expect(calm.aborted).toBe(false);
  });
});
