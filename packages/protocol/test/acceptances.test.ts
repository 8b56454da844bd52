import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAcceptances, readWorkRequest } from '../src/index.ts';

const names = (text: string) => readAcceptances(text).names;

describe('the acceptances that an issue asks for', () => {
  it.each([
    ['accept: unit', ['unit']],
    ['Please.\naccept: unit, lint\nThanks', ['unit', 'lint']],
    ['ACCEPT: unit unit', ['unit']],
    ['### What\n\nwords\n\n### Acceptance\n\nunit, lint\n\n### More\n\nother', ['unit', 'lint']],
    ['### Acceptance\n\n- [x] unit\n- [ ] lint\n- [X] e2e', ['unit', 'e2e']],
    ['### Acceptance\n\n_No response_', []],
    ['we accept: this', []],
    ['nothing', []],
  ])('%j: %j', (text, wanted) => {
    expect(readAcceptances(text)).toEqual({ names: wanted, objection: null });
  });

  it.each([
    'Accept: application/json',
    'accept: rm -rf /',
    'accept: $(id)',
    'accept: Unit',
    '### Acceptance\n\n`make test`',
    '### Acceptance\n\n- The button works\n- It is green.',
    '### Acceptance\n\n```\nunit\n```',
  ])('takes prose, headers and commands for what they are: %j', (text) => {
    expect(readAcceptances(text)).toEqual({ names: [], objection: null });
  });

  it('takes no more than sixteen', () => {
    const many = Array.from({ length: 17 }, (_, at) => `a${at}`).join(', ');
    expect(readAcceptances(`accept: ${many}`).objection).toContain('more than 16');
  });

  it('is no parameter of a recipe', () => {
    const text = 'recipe: format\nfolder: src\naccept: unit';
    const request = { recipe: 'format', parameters: { folder: 'src' } };
    expect(readWorkRequest(text)).toEqual({ kind: 'request', request });
    expect(names(text)).toEqual(['unit']);
  });

  it('never fails, and never names anything but names', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        for (const name of names(`accept: ${text}`)) expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
      }),
    );
  });
});
