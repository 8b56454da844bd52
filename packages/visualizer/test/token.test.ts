import { describe, expect, it } from 'vitest';
import { tokenIn, tokenOfHash } from '../src/app/token-in.ts';

describe('the token that a person gives', () => {
  it.each([
    ['alone', 'bzzz_abc', 'bzzz_abc'],
    ['with a line end, as copied from a terminal', ' bzzz_abc\n', 'bzzz_abc'],
    ['within the link of bzzz open', 'http://127.0.0.1:4290/#token=bzzz_abc', 'bzzz_abc'],
    ['within a link to a page', ' http://h:1/tasks/o/r/7#token=bzzz_abc ', 'bzzz_abc'],
    ['as the end of a link', '#token=bzzz_abc', 'bzzz_abc'],
    ['not at all', '   ', null],
    ['not at all by a link without one', 'http://h:1/tasks#', null],
    ['not at all by an empty one', 'http://h:1/#token=', null],
  ])('is found %s', (_, text, token) => {
    expect(tokenIn(text)).toBe(token);
  });

  it('is not taken for one in an address without it', () => {
    expect(tokenOfHash('')).toBeNull();
    expect(tokenOfHash('#main')).toBeNull();
  });
});
