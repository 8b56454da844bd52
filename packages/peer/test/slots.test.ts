import { describe, expect, it } from 'vitest';
import { type Capacity, slotsOf } from '../src/system/slots.ts';

const gib = 1024 ** 3;
const auto = { slots: 'auto', recipes: true } as const;
const onlyModels = { slots: 'auto', recipes: false } as const;
const big: Capacity = {
  cores: 64,
  memoryBytes: 256 * gib,
  diskFreeBytes: 2_000 * gib,
  gpus: 0,
};

describe('slots by the capacity of a machine', () => {
  it.each<[string, Partial<Capacity>, number]>([
    ['no more than an account bears', {}, 16],
    ['two cores each', { cores: 8 }, 4],
    ['whole ones', { cores: 7 }, 3],
    ['at least one for one core', { cores: 1 }, 1],
    ['2 GiB of memory each, after 1 GiB for the peer', { memoryBytes: 9 * gib }, 4],
    ['not one more before there is room for it', { memoryBytes: 9 * gib - 1 }, 3],
    ['at least one with little memory', { memoryBytes: gib / 2 }, 1],
    ['4 GiB of disk each, after 1 GiB for the peer', { diskFreeBytes: 13 * gib }, 3],
    ['one with room for less than one', { diskFreeBytes: 2 * gib }, 1],
    ['none on a full disk', { diskFreeBytes: gib - 1 }, 0],
    ['the scarcest', { cores: 32, memoryBytes: 33 * gib, diskFreeBytes: 9 * gib }, 2],
    ['whatever a disk that is not known has', { cores: 8, diskFreeBytes: null }, 4],
    ['all the same with cards, as recipes use none', { gpus: 1 }, 16],
  ])('are %s', (_, change, count) => {
    const slots = slotsOf(auto, { ...big, ...change }, { hasClis: false });
    expect(slots.count).toBe(count);
    expect(slots.because).toMatch(/^auto: /);
  });

  it.each([
    ['one a card', 2, false, 2],
    ['one without a card', 0, false, 1],
    ['no concern of cards where coding tools work, whose models are elsewhere', 2, true, 16],
  ])('are, where no recipes are offered, %s', (_, gpus, hasClis, count) => {
    expect(slotsOf(onlyModels, { ...big, gpus }, { hasClis }).count).toBe(count);
  });

  it('are as many as the operator says, whatever the machine', () => {
    const fixed = { slots: 40, recipes: true };
    expect(slotsOf(fixed, { ...big, cores: 1, diskFreeBytes: 0 }, { hasClis: false })).toEqual({
      count: 40,
      because: 'work.slots',
    });
  });

  it('are explained, the scarcest first', () => {
    const capacity = { cores: 8, memoryBytes: 15.5 * gib, diskFreeBytes: 120 * gib, gpus: 0 };
    expect(slotsOf(auto, capacity, { hasClis: false }).because).toBe(
      'auto: 8 cores 4, 15.5 GiB memory 7, at most 16, 120.0 GiB disk free 29',
    );
    expect(slotsOf(auto, { ...capacity, diskFreeBytes: gib / 2 }, { hasClis: false })).toEqual({
      count: 0,
      because: 'auto: only 0.5 GiB disk free',
    });
  });
});
