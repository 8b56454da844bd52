/** Commands that nobody of the project has named, by way of the recipes that they have. */
import type { Family, HostileCase } from '../case.ts';

export const commands: Family = {
  name: 'commands',
  cases: [
    said('substitution', 'a shell to run what stands in a parameter', '$({ring})'),
    said('chained', 'a second command behind the first', 'x; {ring} & {ring} | {ring}'),
    said('backticks', 'a shell to run what stands in backticks', '`{ring}`'),
    refused('option', 'a parameter that is an option', '--require={ring}', /starts with "-"/),
    {
      name: 'no-such-recipe',
      tries: 'a recipe that no policy names',
      body: 'recipe: deploy\nto: production',
      ends: { kind: 'untouched', why: /no recipe "deploy"/ },
    },
  ],
};

/** The recipe gets the words as they are, as one argument. */
function said(name: string, tries: string, text: string): HostileCase {
  const files = { 'said.txt': JSON.stringify([text]) };
  return { name, tries, body: `recipe: say\ntext: ${text}`, ends: { kind: 'published', files } };
}

function refused(name: string, tries: string, text: string, why: RegExp): HostileCase {
  return { name, tries, body: `recipe: say\ntext: ${text}`, ends: { kind: 'untouched', why } };
}
