/** What a repository is given that bzzz is to work on. `deploy/github` holds the same form, for whoever copies it. */

/** The form of an issue; each of `acceptances`, names of the policy, can be ticked. */
export function issueForm(acceptances: readonly string[]): string {
  const choice = [
    '  - type: dropdown',
    '    id: acceptance',
    '    attributes:',
    '      label: Acceptance',
    '      description: Checks of the policy (`acceptances`) that the result must pass besides those it passes anyway.',
    '      multiple: true',
    '      options:',
    ...acceptances.map((name) => `        - ${name}`),
  ];
  return [
    'name: For bzzz',
    'description: Work that the mesh takes up, proves and brings as a pull request',
    'labels: [bzzz]',
    'body:',
    '  - type: textarea',
    '    id: what',
    '    attributes:',
    '      label: What is to be done',
    '      description: In plain words, or as a recipe of the policy.',
    '      placeholder: |',
    '        The parser drops the last line of a CSV.',
    '    validations:',
    '      required: true',
    ...(acceptances.length === 0 ? [] : choice),
    '  - type: input',
    '    id: waits',
    '    attributes:',
    '      label: Waits for',
    '      placeholder: "depends on #12"',
    '',
  ].join('\n');
}

/** Allows nothing yet: what may run is for its maintainers to say. */
export const firstPolicy = `# What bzzz may do in this repository. \`bzzz policy check\` says what it allows; docs/OPERATIONS.md has all of it.
version: 1
# An issue with one of these labels is offered to bzzz, if its author may write here.
labels: [bzzz]
# Nothing is worked on until there is a recipe, or models may work on issues in plain words:
# recipes:
#   format:
#     description: Runs the formatter
#     run: [npx, --no, prettier, --write, src]
#     accept: [npm, test]
# plain:
#   models: ['qwen2.5-coder:14b']
#   commands: { test: [npm, test] }
#   accept: [npm, test]
`;

/** Labels that bzzz reads or puts on issues and pull requests. */
export const labels = [
  { name: 'bzzz', color: 'fbca04', description: 'For the mesh to work on' },
  {
    name: 'bzzz:needs-person',
    color: 'd93f0b',
    description: 'bzzz tried in vain; somebody has to look',
  },
  {
    name: 'bzzz:verified',
    color: '0e8a16',
    description: 'Other machines ran the acceptance and found the same',
  },
] as const;
