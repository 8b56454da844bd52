/** Commands that nobody of the project has named, by way of the recipes and commands that they have. */
import { type Family, type HostileCase, order, published } from '../case.ts';

export const commands: Family = {
  name: 'commands',
  cases: [
    said('substitution', 'a shell to run what stands in a parameter', '$({ring})'),
    said('chained', 'a second command behind the first', 'x; {ring} & {ring} | {ring}'),
    said('backticks', 'a shell to run what stands in backticks', '`{ring}`'),
    said('redirect', 'a file of the machine as output', 'x > {outside}/precious.txt'),
    said('placeholder', 'a parameter that is filled once more', '{text} {from}'),
    said('replacement', 'signs that a replacement of text reads', '$& $` $1'),
    refused(
      'option',
      'a parameter that is an option',
      'recipe: say\ntext: --require={ring}',
      /starts with "-"/,
    ),
    refused(
      'no-such-recipe',
      'a recipe that no policy names',
      'recipe: deploy\nto: production',
      /no recipe "deploy"/,
    ),
    refused(
      'inherited',
      'a recipe by the name of what every object has',
      'recipe: constructor',
      /no recipe/,
    ),
    refused(
      'no-such-parameter',
      'a parameter that the recipe does not take',
      'recipe: rename\nfrom: a\nto: b\nenv: x',
      /takes no parameter env/,
    ),
    refused(
      'pattern',
      'a value that its pattern does not let pass',
      'recipe: rename\nfrom: a;b\nto: b',
      /does not match/,
    ),
    {
      name: 'pattern-lines',
      tries: 'a value with a line more than its pattern sees',
      body: 'recipe: rename\nfrom: a\nto: b\u2028{ring}',
      ends: { kind: 'published', files: { 'said.txt': '["a","b"]' } },
    },
    refused(
      'twice',
      'a parameter given twice, once to be judged and once to be used',
      'recipe: rename\nfrom: a\nto: b\nto: c',
      /given twice/,
    ),
    refused(
      'missing',
      'a recipe without what it needs',
      'recipe: rename\nfrom: a',
      /no parameter for/,
    ),
    refused('path-as-name', 'a recipe that is a path', 'recipe: ../../{ring}', /not a recipe name/),
    {
      name: 'unnamed',
      tries: 'a command that the policy does not name',
      body: [
        order('run', { name: '{ring}' }),
        order('run', { name: 'check', argv: ['{ring}'], args: '; {ring}' }),
        order('run', { name: ['sh', '-c', '{ring}'] }),
        order('exec', { command: '{ring}' }),
      ].join('\n'),
      ends: published,
      refused: 3,
    },
  ],
};

/** The recipe gets the words as they are, as one argument. */
function said(name: string, tries: string, text: string): HostileCase {
  const files = { 'said.txt': JSON.stringify([text]) };
  return { name, tries, body: `recipe: say\ntext: ${text}`, ends: { kind: 'published', files } };
}

function refused(name: string, tries: string, body: string, why: RegExp): HostileCase {
  return { name, tries, body, ends: { kind: 'untouched', why } };
}
