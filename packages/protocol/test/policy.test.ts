import { describe, expect, it } from 'vitest';
import {
  BzzzError,
  Config,
  fillArgv,
  limits,
  matchesAny,
  type Policy,
  parsePolicy,
  usualJudge,
} from '../src/index.ts';

const minimal = 'version: 1\n';

describe('a policy', () => {
  it('needs only its version; all else has a careful default', () => {
    expect(parsePolicy(minimal)).toEqual({
      version: 1,
      labels: ['bzzz'],
      authors: ['OWNER', 'MEMBER', 'COLLABORATOR'],
      recipes: {},
      roles: {},
      judge: [...usualJudge],
      newTests: {
        onBase: 'must-fail',
        files: expect.arrayContaining(['**/*.test.?s', '**/test_*.py', '**/*_test.go']),
        exceptLabels: ['bzzz:tests'],
      },
      protected: [],
      untrusted: {
        protected: expect.arrayContaining(['**/package.json', '.github/**', '**/Makefile']),
        commands: [],
      },
      acceptances: {},
      verdicts: 1,
      draft: true,
      help: { requestsMax: 3, peersMax: 4, waitMs: 300_000 },
      limits: {
        attemptMs: 600_000,
        stallMs: 300_000,
        verdictMs: 900_000,
        outputBytesMax: 1024 * 1024,
        memoryBytesMax: 2 * 1024 ** 3,
        processesMax: 256,
        diskBytesMax: 4 * 1024 ** 3,
        changedFilesMax: 100,
        changedBytesMax: 4 * 1024 * 1024,
        changedLinesMax: 10_000,
      },
    } satisfies Policy);
  });

  it('takes a setup, which reaches nothing unless it says so', () => {
    const { setup } = parsePolicy(`${minimal}setup:
  run: [npm, ci, --ignore-scripts]
  inputs: [package.json, package-lock.json]
  provides: [node_modules, packages/a/node_modules]
`);
    expect(setup).toEqual({
      run: [['npm', 'ci', '--ignore-scripts']],
      inputs: ['package.json', 'package-lock.json'],
      provides: ['node_modules', 'packages/a/node_modules'],
      network: [],
    });
  });

  it.each([
    ['a folder elsewhere', 'provides', ['/usr/lib']],
    ['a folder above', 'provides', ['../node_modules']],
    ['a folder by a way back', 'provides', ['a/../b']],
    ['the folder itself', 'provides', ['.']],
    ["git's folder", 'provides', ['.git/hooks']],
    ["the policy's folder", 'provides', ['.bzzz']],
    ['a pattern', 'provides', ['packages/*/node_modules']],
    ['a trailing slash', 'provides', ['node_modules/']],
    ['a folder in a folder', 'provides', ['deps', 'deps/more']],
    ['a folder twice', 'provides', ['deps', 'deps']],
    ['no folder', 'provides', []],
    ['no inputs', 'inputs', []],
    ['an address', 'network', ['192.0.2.1']],
    ['an address of version 6', 'network', ['[::1]']],
    ['a bare name', 'network', ['localhost']],
    ['a port', 'network', ['packages.example.org:8443']],
    ['a URL', 'network', ['https://packages.example.org']],
    ['a pattern of hosts', 'network', ['*.example.org']],
    ['no command', 'run', []],
  ])('takes no setup with %s', (_what, field, value) => {
    const setup = { run: ['make'], inputs: ['Makefile'], provides: ['deps'], [field]: value };
    expect(() => parsePolicy(JSON.stringify({ version: 1, setup }))).toThrow(BzzzError);
  });

  it('allows all paths, or those that it names', () => {
    expect(parsePolicy(minimal).allowed).toBeUndefined();
    expect(parsePolicy(`${minimal}allowed: [src/**]`).allowed).toEqual(['src/**']);
    // Whoever writes that does not mean that nothing may be changed.
    expect(() => parsePolicy(`${minimal}allowed: []`)).toThrow(BzzzError);
  });

  it('knows tests by the names that tools give them, and no helpers or snapshots', () => {
    const { files } = parsePolicy(minimal).newTests;
    const tests = ['a.test.ts', 'src/a.spec.mjs', 'a/b.test.tsx', 'tests/test_a.py', 'a_test.go'];
    expect(tests.filter((path) => !matchesAny(path, files))).toEqual([]);
    const others = ['test/support.ts', 'a.test.ts.snap', 'src/latest.ts', 'test/a.json', 'a.ts'];
    expect(others.filter((path) => matchesAny(path, files))).toEqual([]);
  });

  it.each([
    ['no file in its command', { run: ['npm', 'test'] }],
    ['another placeholder', { run: ['test', '{file}', '{name}'] }],
    ['no files', { files: [] }],
    ['another way', { onBase: 'may-fail' }],
    ['a misspelt field', { file: ['a'] }],
  ])('takes no new tests with %s', (_, newTests) => {
    expect(() => parsePolicy(JSON.stringify({ version: 1, newTests }))).toThrow(BzzzError);
  });

  it('takes one command or a list of them', () => {
    const { recipes } = parsePolicy(`${minimal}recipes:
  format: { run: [npx, prettier, --write, .], accept: [[npm, test], [npm, run, lint]] }
  rename: { run: [node, rename.mjs, '{from}'], accept: [npm, test], parameters: { from: '[a-z]+' } }
`);
    expect(recipes).toEqual({
      format: {
        description: '',
        run: [['npx', 'prettier', '--write', '.']],
        accept: [
          ['npm', 'test'],
          ['npm', 'run', 'lint'],
        ],
        parameters: {},
        needs: [],
        network: [],
      },
      rename: {
        description: '',
        run: [['node', 'rename.mjs', '{from}']],
        accept: [['npm', 'test']],
        parameters: { from: '[a-z]+' },
        needs: [],
        network: [],
      },
    });
  });

  it.each([
    '192.0.2.1',
    '[::1]',
    'localhost',
    'a.example.org:22',
    'https://a.example.org',
    '*.org',
    'api.anthropic.com',
    'europe-west1-aiplatform.googleapis.com',
    'somebody.openai.azure.com',
    'bedrock-runtime.eu-central-1.amazonaws.com',
  ])(
    'opens no network to what is not the name of a host, or sells answers of models: %s',
    (host) => {
      const recipe = { run: ['a'], accept: ['b'], network: [host] };
      const plain = { models: ['m'], accept: ['b'], network: [host] };
      const open = (section: object) => parsePolicy(JSON.stringify({ version: 1, ...section }));
      expect(() => open({ recipes: { format: recipe } })).toThrow(BzzzError);
      expect(() => open({ plain })).toThrow(BzzzError);
    },
  );

  const recipe = (fields: string) => `${minimal}recipes: { format: { ${fields} } }`;
  const bad: Readonly<Record<string, string>> = {
    'nothing at all': '',
    'no version': 'labels: [bzzz]',
    'another version': 'version: 2',
    'a misspelt field': `${minimal}lables: [x]`,
    'a misspelt limit': `${minimal}limits: { atemptMs: 1000 }`,
    'a misspelt field of a recipe': recipe('run: [a], accept: [b], acept: [c]'),
    'a limit beyond its bound': `${minimal}limits: { attemptMs: 86400001 }`,
    'a limit of another kind': `${minimal}limits: { attemptMs: '1000' }`,
    'no labels': `${minimal}labels: []`,
    'an unknown association': `${minimal}authors: [FRIEND]`,
    'a command as a shell line': recipe('run: npm test, accept: [b]'),
    'an empty command': recipe('run: [], accept: [b]'),
    'an empty argument': recipe("run: [''], accept: [b]"),
    'no acceptance': recipe('run: [a]'),
    'commands too deep': recipe('run: [[[a]]], accept: [b]'),
    'too many commands': recipe(`run: [${'[a],'.repeat(17)}], accept: [b]`),
    'too many arguments': recipe(`run: [${'a,'.repeat(65)}], accept: [b]`),
    'a name that is no recipe': `${minimal}recipes: { 'For mat': { run: [a], accept: [b] } }`,
    'a pattern that is none': recipe("run: [a], accept: [b], parameters: { x: '(' }"),
    'a pattern that only old engines take': recipe(
      `run: [a], accept: [b], parameters: { x: '\\-{' }`,
    ),
    'a parameter with a name of its own': recipe("run: [a], accept: [b], parameters: { X: 'a' }"),
    'a program with a path': recipe("run: [a], accept: [b], needs: ['../x']"),
    'an alias': `${minimal}labels: &a [x]\nprotected: *a`,
    'a billion laughs': laughs(),
    'one key twice': `${minimal}labels: [a]\nlabels: [b]`,
    'two documents': `${minimal}---\n${minimal}`,
    'no YAML': `${minimal}  : [`,
    'lists without an end': `${minimal}labels: ${'['.repeat(20_000)}`,
    'a tag of a language': `${minimal}labels: !!js/function 'x'`,
    'a list on top': '- version: 1',
    'more than fits': `${minimal}# ${'x'.repeat(limits.policyBytesMax)}`,
    'more bytes than fit': `${minimal}# ${'é'.repeat(limits.policyBytesMax / 2)}`,
  };

  it.each(Object.entries(bad))('is refused: %s', (_, text) => {
    expect(codeOf(() => parsePolicy(text))).toBe('policy_invalid');
  });

  it('has no say over prototypes', () => {
    const { recipes } = parsePolicy(recipe('run: [a], accept: [b], parameters: { __proto__: a }'));
    expect(Object.entries(recipes['format']?.parameters ?? { none: '' })).toEqual([]);
    expect(
      parsePolicy(`${minimal}recipes: { __proto__: { run: [a], accept: [b] } }`).recipes,
    ).toEqual({});
  });

  it('names the field in its reason, on one line', () => {
    expect(() => parsePolicy(`${minimal}limits: { atemptMs: 1 }`)).toThrow(
      /^policy_invalid: limits.*atemptMs.*$/,
    );
  });
});

describe('fillArgv', () => {
  it('fills each place, and never makes two arguments of one', () => {
    const argv = ['node', 'x.mjs', '{from}', '--to={to}', '{from}{to}', '{}', '{From}'];
    expect(fillArgv(argv, { from: 'a b; rm -rf /', to: '{from}' })).toEqual([
      'node',
      'x.mjs',
      'a b; rm -rf /',
      '--to={from}',
      'a b; rm -rf /{from}',
      '{}',
      '{From}',
    ]);
  });

  it('takes a value with dollar signs as it is', () => {
    expect(fillArgv(['{x}'], { x: '$& $1 $$' })).toEqual(['$& $1 $$']);
  });

  it.each(['missing', 'constructor', 'to_string'])(
    'refuses a place without a value: %s',
    (name) => {
      expect(codeOf(() => fillArgv([`{${name}}`], { x: '1' }))).toBe('policy_invalid');
    },
  );
});

describe('a configuration', () => {
  it('needs a name and a folder; all else has a default', () => {
    const config = Config.parse({ name: 'bee', dataDir: '/data' });
    expect(config.mesh).toEqual({
      name: 'bzzz',
      door: '/ip4/0.0.0.0/tcp/4803',
      listen: ['/ip4/0.0.0.0/tcp/4801'],
      bootstrap: [],
      mdns: true,
      dht: true,
    });
    expect(config.work).toEqual({
      slots: 'auto',
      recipes: true,
      sandbox: 'required',
      tools: [],
      refreshMs: 120_000,
    });
    expect(config.forge.apiUrl).toBe('https://api.github.com');
    expect(config.timing.leaseMs).toBe(120_000);
  });

  it.each([
    ['a misspelt field', { repositries: [] }],
    ['a misspelt field inside', { mesh: { mdsn: false } }],
    ['a misspelt time', { timing: { leaseMS: 1 } }],
    ['a short network key', { mesh: { key: 'abc' } }],
    ['an address that is none', { mesh: { listen: ['127.0.0.1:1'] } }],
    ['no address', { mesh: { listen: [] } }],
    ['another scheme', { forge: { apiUrl: 'file:///etc/passwd' } }],
    ['a repository that is none', { repositories: ['../x'] }],
    ['a sandbox of another kind', { work: { sandbox: 'maybe' } }],
    ['a lease of nothing', { timing: { leaseMs: 0 } }],
    ['a name with a slash', { name: 'a/b' }],
  ])('is refused: %s', (_, fields) => {
    expect(Config.safeParse({ name: 'bee', dataDir: '/data', ...fields }).success).toBe(false);
  });
});

function laughs(): string {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (const [at, name] of 'bcdefghi'.split('').entries()) {
    const before = 'abcdefgh'[at];
    lines.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`);
  }
  return `${minimal}${lines.join('\n')}`;
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof BzzzError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

it.each([
  'secrets/*.{pem,key}',
  'src/[a-z]*.ts',
  '!src/open.ts',
  '/infra/**',
  './infra/**',
  'infra/',
])(
  'a pattern that means nothing here, and something elsewhere, protects nothing without a word: %s',
  (pattern) => {
    expect(() => parsePolicy(`${minimal}protected: ["${pattern}"]`)).toThrow(BzzzError);
  },
);
