import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits, readDependencies, readWorkRequest, RepoName } from '../src/index.ts';

const repo = RepoName.parse('acme/widgets');
const read = (text: string) => readDependencies(text, repo);

describe('what an issue waits for', () => {
  it.each([
    ['depends on #12', [12]],
    ['Depends on: #12', [12]],
    ['BLOCKED BY #12, #13', [12, 13]],
    ['blocked by #12 and #13 & #14', [12, 13, 14]],
    ['  - depends on #12\n* blocked by #13', [12, 13]],
    ['depends on acme/widgets#12, Acme/Widgets#13', [12, 13]],
    ['depends on #12, #12\nblocked by #12', [12]],
    ['Please.\n\ndepends on #7 (the parser), then #8\nrecipe: format', [7]],
    ['depends on #12\u2028blocked by #13', [12, 13]],
  ])('is read from %j', (text, numbers) => {
    expect(read(text)).toEqual({ numbers, objection: null });
  });

  it.each([
    'this depends on #12',
    'depends on the weather',
    'depends on 12',
    'depends upon #12',
    'dependson #12',
    '> depends on #12',
    'depends on #12th',
    'blocked by: nobody, #12',
    'Fixes #12',
    '',
  ])('is nothing in %j', (text) => {
    expect(read(text)).toEqual({ numbers: [], objection: null });
  });

  it('cannot be followed into another repository', () => {
    expect(read('depends on #3, other/thing#12')).toEqual({
      numbers: [3],
      objection: 'it depends on other/thing#12, which cannot be followed from acme/widgets',
    });
  });

  it('cannot be what is no number of an issue', () => {
    for (const number of ['0', '99999999999']) {
      expect(read(`depends on #${number}`).objection).toContain('no issue number');
    }
  });

  it('has a limit', () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, at) => `depends on #${at + 1}`).join('\n');
    expect(read(lines(limits.dependenciesMax))).toMatchObject({ objection: null });
    const over = read(lines(limits.dependenciesMax + 1));
    expect(over.objection).toContain(`more than ${limits.dependenciesMax}`);
    expect(over.numbers).toHaveLength(limits.dependenciesMax);
  });

  it('is found in no time in any text, and gives numbers only', () => {
    const hostile = fc.array(
      fc.constantFrom('depends on', 'blocked by', '#1', ' ', ',', 'and', '\n', 'a/b#2', '- ', '\t'),
      { maxLength: 2_000 },
    );
    fc.assert(
      fc.property(hostile, (pieces) => {
        const { numbers } = read(pieces.join(''));
        expect(numbers.every((one) => one === 1)).toBe(true);
      }),
    );
    const long = ['depends on', 'depends on #', 'depends on #1', '- '];
    for (const start of long) read(`${start}${' ,and'.repeat(12_000)}`);
  });

  it('does not end the parameters of a work request', () => {
    const text = 'recipe: rename\ndepends on #12\nfrom: a\nBlocked by: #13\nto: b';
    expect(readWorkRequest(text)).toEqual({
      kind: 'request',
      request: { recipe: 'rename', parameters: { from: 'a', to: 'b' } },
    });
    expect(read(text).numbers).toEqual([12, 13]);
  });
});
