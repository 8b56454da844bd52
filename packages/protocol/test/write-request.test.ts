import { expect, it } from 'vitest';
import { plainText, readWorkRequest, visibleText, writeWorkRequest } from '../src/index.ts';

it('what was written is read back', () => {
  const request = { recipe: 'rename', parameters: { from: 'a', to: 'b=c' } };
  const body = writeWorkRequest(request, ' Please.\n');
  expect(body).toBe('Please.\n\n```\nrecipe: rename\nfrom: a\nto: b=c\n```\n');
  expect(readWorkRequest(visibleText(body ?? ''))).toEqual({ kind: 'request', request });
});

it.each(['a\nb: c', ' padded ', 'a\u200bb', '\u2028', `x${' '.repeat(230)}y`])(
  'nothing is written that would be read otherwise: the value %j',
  (value) => {
    expect(writeWorkRequest({ recipe: 'x', parameters: { p: value } }, '')).toBe(null);
  },
);

it.each(['<!-- shown -->', '![x](y)', '*a* \\_ &amp; $\\phantom{x}$'])(
  'in a block of code all is shown: the value %j',
  (value) => {
    const request = { recipe: 'x', parameters: { p: value } };
    const body = writeWorkRequest(request, '') ?? '';
    expect(readWorkRequest(plainText(body))).toEqual({ kind: 'request', request });
  },
);

it('nor below a text that asks for something itself', () => {
  expect(writeWorkRequest({ recipe: 'x', parameters: {} }, 'recipe: y')).toBe(null);
});
