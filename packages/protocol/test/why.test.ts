import { expect, it } from 'vitest';
import { saidOnce } from '../src/api/why.ts';

const said = (...all: readonly string[]) => {
  const peers = all.map((one) => {
    const [name = '', text = ''] = one.split(': ');
    return { name, text };
  });
  return saidOnce(peers, ({ name }) => name).map(({ who, first }) => `${who}: ${first.text}`);
};

it('what several peers say is told once, with who says it', () => {
  expect(said()).toEqual([]);
  expect(said('ash: done')).toEqual(['ash: done']);
  expect(said('ash: done', 'elm: done')).toEqual(['ash, elm: done']);
  expect(said('ash: done', 'elm: done', 'fir: done')).toEqual(['all 3 peers: done']);
  expect(said('ash: full', 'elm: works on it', 'fir: full')).toEqual([
    'ash, fir: full',
    'elm: works on it',
  ]);
  const many = Array.from({ length: 11 }, (_, at) => `p${at}: full`);
  expect(said('ash: works on it', ...many)[1]).toBe(
    'p0, p1, p2, p3, p4, p5, p6, p7 and 3 more: full',
  );
});
