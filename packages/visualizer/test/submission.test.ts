import { limits } from '@bzzz/protocol';
import { SubmitRequest } from '@bzzz/protocol/api';
import { describe, expect, it } from 'vitest';
import {
  choicesOf,
  chosenRecipe,
  filedWords,
  offersNothing,
  submissionOf,
} from '../src/actions/submission.ts';

const header = {
  name: 'license-header',
  description: 'Puts a header on',
  parameters: [{ name: 'module', pattern: '[a-z]+' }],
};
const offers = { repo: 'demo/textkit', plain: false, recipes: [header] };
const blank = { repo: 'demo/textkit', recipe: null, title: '', body: '', values: {} };

describe('the form of a new issue', () => {
  it('asks for a recipe with its parameters, and no others', () => {
    const values = { module: 'distance', other: 'of another recipe' };
    expect(submissionOf({ ...blank, recipe: header, values })).toEqual({
      repo: 'demo/textkit',
      title: 'license-header module=distance',
      body: '',
      work: { recipe: 'license-header', parameters: { module: 'distance' } },
    });
    const titled = submissionOf({ ...blank, recipe: header, title: 'Header', values });
    expect(titled.title).toBe('Header');
  });

  it('asks in plain words without one, and of the only repository without its name', () => {
    const draft = { ...blank, repo: '', title: 'Mend it', body: 'It is broken.' };
    expect(submissionOf(draft)).toEqual({ title: 'Mend it', body: 'It is broken.' });
  });

  it('says only what a peer takes', () => {
    const long = { module: 'x'.repeat(limits.recipeParameterCharsMax) };
    const recipe = { ...header, name: `a${'b'.repeat(39)}` };
    for (const draft of [
      { ...blank, recipe, values: long },
      { ...blank, title: 'Mend it' },
    ]) {
      expect(SubmitRequest.safeParse(submissionOf(draft)).success).toBe(true);
    }
  });

  it('says when nobody takes what was filed, and that this peer does not', () => {
    expect(filedWords({ labelsMissing: [] })).toBe('');
    expect(filedWords({ labelsMissing: ['bzzz'] })).toMatch(/puts bzzz on nobody takes it/);
  });

  it('offers plain words only where somebody works on them', () => {
    expect(chosenRecipe(offers, 'license-header')).toBe(header);
    expect(chosenRecipe(offers, '')).toBe(header);
    expect(chosenRecipe({ ...offers, plain: true }, '')).toBeNull();
    expect(offersNothing(offers)).toBe(false);
    expect(offersNothing({ ...offers, recipes: [] })).toBe(true);
    expect(offersNothing({ ...offers, recipes: [], plain: true })).toBe(false);
  });

  it.each([
    ['added|changed|not-yet', ['added', 'changed', 'not-yet']],
    ['(?:minor|major)', ['minor', 'major']],
    ['[a-z]{1,20}', null],
    ['a|b+', null],
    ['a.b|c', null],
    ['one', null],
    ['a|', null],
  ])('offers the values of the pattern %s where there are only so many', (pattern, choices) => {
    expect(choicesOf(pattern)).toEqual(choices);
  });
});
