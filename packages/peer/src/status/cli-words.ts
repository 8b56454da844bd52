import type { Look } from '@bzzz/execution';

/** What the last look at a coding tool saw, for people. */
export function cliWords(look: Look | null): string {
  if (look === null) return 'not looked for yet';
  switch (look.kind) {
    case 'there':
      return `version ${look.version}`;
    case 'missing':
      return 'not installed';
    case 'broken':
      return `${look.located.path} does not start: ${look.reason}`;
  }
}
