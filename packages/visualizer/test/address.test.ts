/** What of a page is in its address, so that a reload or a link shows the same. */
import { describe, expect, it } from 'vitest';
import { changedSearch, momentIn, momentValues } from '../src/app/address.ts';
import { filterIn, filterValues, noFilter } from '../src/timeline/filter.ts';
import { walnut } from './entries.ts';

describe('the moment in an address', () => {
  it('is the one that it was made of', () => {
    const moment = { kind: 'past', atMs: 1_790_000_000_123, playing: true, speed: 4 } as const;
    const search = changedSearch('?text=oak', momentValues(moment));
    expect(search).toBe('?text=oak&at=1790000000123');
    expect(momentIn(search)).toEqual({ ...moment, playing: false, speed: 1 });
    expect(changedSearch(search, momentValues({ kind: 'live' }))).toBe('?text=oak');
  });

  it.each(['', '?at=', '?at=x', '?at=-5', '?at=1.5', '?at=1e99', '?at=99999999999999999999'])(
    'is now where %j says none',
    (search) => {
      expect(momentIn(search)).toEqual({ kind: 'live' });
    },
  );
});

describe('the filter in an address', () => {
  it('is the one that it was made of', () => {
    const filter = { groups: ['claim', 'trouble'], peer: walnut, text: 'a b #7 & ä' } as const;
    const search = changedSearch('?at=5', filterValues(filter));
    expect(filterIn(search)).toEqual(filter);
    expect(momentIn(search)).toMatchObject({ atMs: 5 });
    expect(changedSearch(search, filterValues(noFilter))).toBe('?at=5');
  });

  it('is none where nothing is said, and of kinds only those that there are', () => {
    expect(filterIn('?at=5')).toBe(noFilter);
    expect(filterIn('?kinds=claim,constructor,,work')).toEqual({
      ...noFilter,
      groups: ['claim', 'work'],
    });
  });
});
