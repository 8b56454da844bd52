/** What an issue says that it needs of the model which works on it, and whether a model has that. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hasLeast,
  isNamedBy,
  leastText,
  ModelName,
  numberOf,
  readModelNeeds,
  readWorkRequest,
} from '../src/index.ts';

const name = (text: string) => ModelName.parse(text);

describe('what an issue needs of a model', () => {
  it.each([
    ['needs: model=qwen2.5-coder:14b', { names: ['qwen2.5-coder:14b'], least: {} }],
    ['Needs: size=>=14b', { names: [], least: { parameters: 14e9 } }],
    ['needs: size>=1.5B', { names: [], least: { parameters: 1.5e9 } }],
    ['- needs: context>=32k', { names: [], least: { contextTokens: 32_000 } }],
    [
      'needs: model=qwen*, size >= 14b context>=8192',
      { names: ['qwen*'], least: { parameters: 14e9, contextTokens: 8_192 } },
    ],
    [
      'text\nneeds: size>=7b\nmore\nneeds: size>=14b\nneeds: model=a\nneeds: model=b',
      { names: ['a', 'b'], least: { parameters: 14e9 } },
    ],
  ])('is read from a line of its own: %s', (text, needs) => {
    expect(readModelNeeds(text)).toEqual({ needs, objection: null });
  });

  it.each([
    'It needs: model=x',
    'needs: a better error message',
    'needs: more tests, size does not matter',
    'needs:',
    '> needs: model=x',
  ])('is not read from prose: %s', (text) => {
    expect(readModelNeeds(text)).toEqual({ needs: undefined, objection: null });
  });

  it.each([
    'needs: size=14b',
    'needs: size<=14b',
    'needs: size>=large',
    'needs: size>=0b',
    'needs: model=',
    'needs: model=../x',
    'needs: model>=x',
    'needs: model=x, speed>=3',
    `needs: ${Array.from({ length: 17 }, (_, index) => `model=m${index}`).join(', ')}`,
  ])('is objected to where it cannot be read: %s', (text) => {
    const { needs, objection } = readModelNeeds(text);
    expect(needs).toBeUndefined();
    expect(objection).toMatch(/^what it needs cannot be read: /);
  });

  it('is no parameter of a recipe', () => {
    const text = 'recipe: format\nneeds: model=x\nfolder: src';
    expect(readWorkRequest(text)).toMatchObject({ request: { parameters: { folder: 'src' } } });
  });

  it('is read from anything without an end in sight', () => {
    const parts = fc.constantFrom('needs:', ' ', 'model=', 'size', '>=', '*', ',', '9', 'b', '\n');
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 60 }), (all) => {
        const { needs, objection } = readModelNeeds(all.join(''));
        expect(needs === undefined || objection === null).toBe(true);
      }),
      { seed: 1 },
    );
    const long = `needs: model=${'*a'.repeat(70)}`;
    const [like = ''] = readModelNeeds(long).needs?.names ?? [];
    expect(isNamedBy(name(`${'a'.repeat(100)}:${'a'.repeat(39)}`), [like])).toBe(true);
    expect(isNamedBy(name(`${'a'.repeat(99)}b:${'a'.repeat(38)}b`), [`${like}c`])).toBe(false);
  });
});

describe('a model', () => {
  it.each([
    ['coder:7b', 'coder:7b', true],
    ['coder:7b', 'coder', true],
    ['coder:7b', 'Coder:7B', true],
    ['coder:7b', 'coder:14b', false],
    ['coder:7b', 'cod*', true],
    ['coder:7b', '*:7b', true],
    ['coder:7b', 'c*r:*b', true],
    ['coder:7b', 'ode', false],
    ['library/coder:7b', '*coder', true],
    ['aba:1b', 'ab*ba', false],
  ])('%s is named by %s: %s', (model, pattern, is) => {
    expect(isNamedBy(name(model), [pattern])).toBe(is);
    expect(isNamedBy(name(model), ['none', pattern])).toBe(is);
  });

  it('has what its server tells, and else the size that its tag tells', () => {
    const facts = { name: name('coder:14b'), parameters: 14.8e9, contextTokens: 32_768 };
    expect(hasLeast(facts.name, facts, { parameters: 14e9, contextTokens: 32_000 })).toBe(true);
    expect(hasLeast(facts.name, facts, { parameters: 15e9 })).toBe(false);
    expect(hasLeast(facts.name, facts, { contextTokens: 64_000 })).toBe(false);
    expect(hasLeast(name('coder:14b-instruct-q4_0'), undefined, { parameters: 14e9 })).toBe(true);
    expect(hasLeast(name('coder:7b'), undefined, { parameters: 14e9 })).toBe(false);
    expect(hasLeast(name('coder:latest'), undefined, { parameters: 1 })).toBe(false);
    expect(hasLeast(name('coder:14b'), undefined, { contextTokens: 1 })).toBe(false);
    expect(hasLeast(name('coder:latest'), undefined, {})).toBe(true);
  });

  it('is told in words that people know', () => {
    expect(leastText({ parameters: 1.5e9, contextTokens: 32_000 })).toBe(
      'at least 1.5b, a context of at least 32000 tokens',
    );
    expect(['7.6B', '137M', '32k', '8192', '1.2.3b', '-1b'].map(numberOf)).toEqual([
      7.6e9,
      137e6,
      32_000,
      8_192,
      undefined,
      undefined,
    ]);
  });
});
