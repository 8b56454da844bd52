import { matchesAny, Oid, Policy } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { objection, objectionOf, refusalText } from '../../src/task/checks.ts';
import type { ChangedFile, Collected, CommitFacts } from '../../src/index.ts';

const policy = Policy.parse({
  version: 1,
  protected: ['infra/**', '*.lock', 'docs/?.md'],
  limits: { changedFilesMax: 3, changedBytesMax: 1_000, changedLinesMax: 50 },
});

function file(path: string, change: Partial<ChangedFile> = {}): ChangedFile {
  return { path, status: 'modified', mode: '100644', bytes: 10, lines: 1, ...change };
}

function result(...commits: Partial<CommitFacts>[]): Collected {
  const oid = Oid.parse('e'.repeat(40));
  return { result: oid, commits: commits.map((one) => ({ oid, files: [], secrets: [], ...one })) };
}

function objectionTo(...files: ChangedFile[]): string | undefined {
  return objection(result({ files }), policy);
}

describe('a result that may be published', () => {
  it('has nothing against it', () => {
    expect(objectionTo(file('src/a.ts'), file('b.md', { mode: '100755' }))).toBeUndefined();
    expect(objection(result(), policy)).toBeUndefined();
  });
});

describe('a result is refused', () => {
  it.each([
    '.github/workflows/ci.yml',
    '.github/workflows/deep/er.yml',
    '.GitHub/Workflows/ci.yml',
    '.GITHUB/workflowS/ci.yml',
    // The Kelvin sign and the long s fold to k and s.
    '.github/wor\u212aflow\u017f/ci.yml',
    '.github/workflows/two\nlines.yml',
    '.github/workflows/a\u2028b.yml',
    '.github/workflows/.hidden.yml',
    '.bzzz/policy.yml',
    '.BZZZ/policy.yml',
    '.gitmodules',
    '.gitAttributes',
    'infra/main.tf',
    'infra/.secret/\r.tf',
    'yarn.lock',
    'docs/a.md',
  ])('when it touches a protected path: %j', (path) => {
    expect(objectionTo(file('src/a.ts'), file(path))).toContain('protected');
    // To delete it is to touch it.
    expect(objectionTo(file(path, { status: 'deleted', mode: '000000' }))).toContain('protected');
  });

  it('when it changes too many lines, in one file or in all of them together', () => {
    expect(objectionTo(file('a', { lines: 50 }))).toBeUndefined();
    expect(objectionTo(file('a', { lines: 51 }))).toBe('changes 51 lines, at most 50');
    expect(objectionTo(file('a', { lines: 30 }), file('b', { lines: 30 }))).toContain('60 lines');
  });

  it('when it makes a link or a submodule', () => {
    expect(objectionTo(file('a', { mode: '120000' }))).toContain('symbolic link');
    expect(objectionTo(file('a', { mode: '160000' }))).toContain('submodule');
    expect(objectionTo(file('.github', { mode: '120000' }))).toContain('symbolic link');
  });

  it('when it changes too much', () => {
    const many = ['a', 'b', 'c', 'd'].map((path) => file(path));
    expect(objectionTo(...many)).toContain('4 files');
    expect(objectionTo(...many.slice(1))).toBeUndefined();
    expect(objectionTo(file('a', { bytes: 600 }), file('b', { bytes: 401 }))).toContain(
      '1001 bytes',
    );
    expect(objectionTo(file('a', { bytes: 600 }), file('b', { bytes: 400 }))).toBeUndefined();
  });

  it('when the scanner found a secret; the rule is told, nothing else', () => {
    const secrets = [{ path: 'src/a.ts', rule: 'github-token' }];
    const reason = objection(result({ files: [file('src/a.ts')], secrets }), policy);
    expect(reason).toBe('src/a.ts looks like it holds a secret (github-token)');
  });

  it('for any commit of the push, also when a later one takes it back', () => {
    const bad = { files: [file('.github/workflows/ci.yml')] };
    const back = { files: [file('.github/workflows/ci.yml', { status: 'deleted' as const })] };
    expect(objection(result({ files: [file('a')] }, bad, back), policy)).toContain('protected');
  });
});

describe('where the policy allows paths', () => {
  const narrow = Policy.parse({ ...policy, allowed: ['src/**', '*.md', 'infra/**'] });
  const codeOf = (...paths: string[]) =>
    objectionOf(result({ files: paths.map((path) => file(path)) }), narrow)?.code;

  it('a result may touch these', () => {
    expect(codeOf('src/a.ts', 'src/deep/.b', 'README.md')).toBeUndefined();
  });

  it.each([
    'lib/a.ts',
    'docs/README.md',
    // Another folder in git, and on most machines.
    'SRC/a.ts',
    'src',
    'lib/src/a.ts',
    'a.md/b',
  ])('and nothing else: %j', (path) => {
    expect(codeOf('src/a.ts', path)).toBe('result_not_allowed');
    const gone = result({ files: [file(path, { status: 'deleted', mode: '000000' })] });
    expect(objectionOf(gone, narrow)?.code).toBe('result_not_allowed');
  });

  it('what is protected stays protected', () => {
    expect(codeOf('infra/main.tf')).toBe('result_protected');
    const all = Policy.parse({ version: 1, allowed: ['**'] });
    const workflow = result({ files: [file('.github/workflows/ci.yml')] });
    expect(objectionOf(workflow, all)?.code).toBe('result_protected');
  });

  it('not in any commit of the push', () => {
    const back = { files: [file('lib/a.ts', { status: 'deleted' as const })] };
    const found = objectionOf(result({ files: [file('lib/a.ts')] }, back), narrow);
    expect(found?.code).toBe('result_not_allowed');
  });

  it('people are told which file, what is allowed and what they can do', () => {
    const found = objectionOf(result({ files: [file('lib/a.ts')] }), narrow);
    expect(found && refusalText(found).split('\n')).toEqual([
      'the result was refused: it touches lib/a.ts, and may touch only src/**, *.md, infra/**',
      expect.stringMatching(/^result_not_allowed: .*`allowed` of \.bzzz\/policy\.yml/),
    ]);
  });

  it('but are spared a long list', () => {
    const allowed = Array.from({ length: 12 }, (_, at) => `part-${at}/**`);
    const reason = objection(result({ files: [file('x')] }), { ...policy, allowed });
    expect(reason).toContain('part-9/** and what 2 further patterns of the policy name');
  });
});

describe('a path pattern', () => {
  it.each([
    ['**', 'a/b/c', true],
    ['**/x', 'x', true],
    ['**/x', 'a/b/x', true],
    ['**/x', 'a/bx', false],
    ['a/**', 'a/b', true],
    ['a/**', 'ab/c', false],
    ['a/**', 'b/a/c', false],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['*.md', 'README.md', true],
    ['*.md', 'docs/README.md', false],
    ['*.md', '.md', true],
    ['*', '.env', true],
    ['?', 'ab', false],
    ['?', '/', false],
    ['a.b', 'axb', false],
    ['a+(b)[c]{d}^$|', 'a+(b)[c]{d}^$|', true],
    ['a/*', 'a/b/c', false],
    ['a/*/c', 'a/b/c', true],
    ['', '', true],
    ['', 'a', false],
  ])('%j and %j: %s', (glob, path, matches) => {
    expect(matchesAny(path, [glob])).toBe(matches);
  });

  it('is one of several', () => {
    expect(matchesAny('b', ['a', 'b'])).toBe(true);
    expect(matchesAny('b', [])).toBe(false);
  });
});
