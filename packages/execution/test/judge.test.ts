/** The one who works does not judge. */
import { chmod, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { judgeGlobs, Oid, parsePolicy } from '@bzzz/protocol';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { TreeEntry } from '../src/git-objects.ts';
import { baseWith, overlayJudgeFiles } from '../src/judge.ts';
import { limits, makeWorld, put, script, type World } from './support.ts';

const files = {
  'package.json': JSON.stringify({ scripts: { test: 'node test/sum.test.js' } }),
  'test/sum.test.js': `
    const { sum } = require('../src/sum.js');
    if (sum(1, 2) !== 3) { console.log('sum is wrong'); process.exit(1); }
    console.log('judged by the base');
  `,
  'src/sum.js': 'exports.sum = (a, b) => a - b;\n',
};
const judge = ['test/**', 'package.json'];

describe('a result that cheats', () => {
  let world: World;
  afterEach(async () => {
    await world.dispose();
  });
  const judged = async (work: (path: string) => Promise<void>) => {
    world = makeWorld({ files });
    const workspace = await world.create();
    await work(workspace.path);
    const collected = await workspace.collect('cheat\n');
    const result = collected?.result ?? world.base.oid;
    const commands = [['npm', 'test']];
    return world.workspaces.accept({ base: world.base, result, judge, commands, limits });
  };
  const write = (path: string, name: string, content: string) =>
    put(
      {
        path,
        collect: async () => null,
        apply: async () => undefined,
        agentsChanged: async () => null,
        dispose: async () => undefined,
      },
      name,
      content,
    );

  it('fails by the tests of the base, however it changed them', async () => {
    const acceptance = await judged(async (path) => {
      await write(path, 'package.json', JSON.stringify({ scripts: { test: 'true' } }));
      await write(path, 'test/sum.test.js', 'process.exit(0)\n');
    });
    expect(acceptance.passed).toBe(false);
    expect(acceptance.commands[0]?.outputTail).toContain('sum is wrong');
    expect(acceptance.judgeFilesChanged).toEqual(['package.json', 'test/sum.test.js']);
  });

  it.each([
    ['a link to another folder', (path: string) => symlink('src', join(path, 'test'))],
    ['a file', (path: string) => write(path, 'test', 'x\n')],
    ['nothing', async () => undefined],
  ])('fails when it put %s in place of the tests', async (_, replace) => {
    const acceptance = await judged(async (path) => {
      await rm(join(path, 'test'), { recursive: true });
      await replace(path);
    });
    expect(acceptance.passed).toBe(false);
    expect(acceptance.commands[0]?.outputTail).toContain('sum is wrong');
    expect(acceptance.judgeFilesChanged).toContain('test/sum.test.js');
  });

  it('cannot mend the script of a package that its acceptance starts, nor a test of Python', async () => {
    world = makeWorld({
      files: {
        'packages/sum/scripts/check.sh': 'exit 1\n',
        'lib/conftest.py': 'strict\n',
        'src/sum.js': 'x\n',
      },
    });
    const workspace = await world.create();
    await write(workspace.path, 'packages/sum/scripts/check.sh', 'exit 0\n');
    await write(workspace.path, 'lib/conftest.py', 'lenient\n');
    const collected = await workspace.collect('cheat\n');
    const result = collected?.result ?? world.base.oid;
    const usual = judgeGlobs(parsePolicy('version: 1'));
    const commands = [['sh', 'packages/sum/scripts/check.sh']];
    const job = { base: world.base, result, judge: usual, commands, limits };
    const acceptance = await world.workspaces.accept(job);
    expect(acceptance.passed).toBe(false);
    expect(acceptance.judgeFilesChanged).toEqual([
      'lib/conftest.py',
      'packages/sum/scripts/check.sh',
    ]);
  });

  it.each([
    ['an own folder of packages', 'test/node_modules/strict/index.js'],
    ['settings that are found before those of the base', '.npmrc'],
  ])('cannot steer them by what the base has not: %s', async (_, path) => {
    world = makeWorld({
      files: {
        ...files,
        'test/sum.test.js': 'try { require("strict") } catch { process.exit(1) }',
      },
    });
    const workspace = await world.create();
    await write(workspace.path, path, 'ignore-scripts=true\nscript-shell=true\n');
    if (path.endsWith('.js')) await write(workspace.path, path, '');
    const collected = await workspace.collect('cheat\n');
    const result = collected?.result ?? world.base.oid;
    const usual = judgeGlobs(parsePolicy('version: 1'));
    const commands = [['npm', 'test']];
    const job = { base: world.base, result, judge: usual, commands, limits };
    const acceptance = await world.workspaces.accept(job);
    expect(acceptance.passed).toBe(false);
    expect(acceptance.judgeFilesChanged).toEqual([path]);
  });

  it('passes when it did the work, and is still shown to have touched the tests', async () => {
    const acceptance = await judged(async (path) => {
      await write(path, 'src/sum.js', 'exports.sum = (a, b) => a + b;\n');
      await write(path, 'test/sum.test.js', 'process.exit(0)\n');
    });
    expect(acceptance.passed).toBe(true);
    expect(acceptance.commands[0]?.outputTail).toContain('judged by the base');
    expect(acceptance.judgeFilesChanged).toEqual(['test/sum.test.js']);
  });

  it('cannot reach the mirror or the next command from inside of the acceptance', async () => {
    world = makeWorld({ files });
    const workspace = await world.create();
    await script(world, workspace, 'touch src/x');
    const collected = await workspace.collect('x\n');
    const commands = [
      ['sh', '-c', 'touch /tmp/left made'],
      ['sh', '-c', `ls made && ! ls /tmp/left && ! ls ${world.folder}`],
    ];
    const result = collected?.result ?? world.base.oid;
    const job = { base: world.base, result, judge, commands, limits };
    expect((await world.workspaces.accept(job)).passed).toBe(true);
  });
});

describe('an acceptance command that runs code of the result', () => {
  const checks = ['node', 'test/sum.test.js'];
  async function after(
    first: string,
    more: { files?: Record<string, string>; judge?: string[] } = {},
  ) {
    const world = makeWorld({ files: { ...files, '.gitignore': 'build/\n', ...more.files } });
    onTestFinished(() => world.dispose());
    const workspace = await world.create();
    await put(workspace, 'first.sh', first);
    const { result } = (await workspace.collect('cheat\n')) ?? expect.fail('nothing');
    const accept = (second: readonly string[]) =>
      world.workspaces.accept({
        base: world.base,
        result,
        judge: more.judge ?? judge,
        commands: [['sh', 'first.sh'], second],
        limits,
      });
    return { world, accept };
  }

  it.each([
    ['rewrites them', 'echo "process.exit(0)" > test/sum.test.js'],
    ['rewrites what they load', 'echo "exports.sum = () => 3" > src/sum.js'],
    [
      'puts a folder in the place of one',
      'rm test/sum.test.js; mkdir -p test/sum.test.js; echo > test/sum.test.js/index.js',
    ],
    [
      'puts a link in the place of their folder',
      'mv test build; echo > build/sum.test.js; ln -s build test',
    ],
    [
      'keeps their size and time',
      `touch -r test/sum.test.js ref; s=$(stat -c %s test/sum.test.js);
      head -c $s /dev/zero | tr '\\0' ' ' > test/sum.test.js; touch -r ref test/sum.test.js`,
    ],
  ])('does not judge by them any more when it %s', async (_, first) => {
    const { accept } = await after(first);
    const { commands, passed } = await accept(checks);
    expect(commands[0]).toMatchObject({ exitCode: 0 });
    expect(commands[1]?.outputTail).toContain('sum is wrong');
    expect(passed).toBe(false);
  });

  it('leaves no judge file of its own to the next, and what git ignores and other files stay', async () => {
    const first = `mkdir -p build made test/more && touch build/x.test.js made/x test/more/a.js .npmrc x.config.js
      mkdir nested && git init -q nested && touch nested/x.config.js; chmod -x first.sh; rm package.json`;
    const { accept } = await after(first, {
      judge: [...judge, '**/*.config.*', '**/*.test.*', '**/.npmrc'],
    });
    const seen = await accept(['sh', '-c', 'find . -path ./.git -prune -o -type f -print | sort']);
    expect(seen.commands[1]?.outputTail.split('\n')).toEqual([
      './.gitignore',
      './build/x.test.js',
      './first.sh',
      './made/x',
      './package.json',
      './src/sum.js',
      './test/sum.test.js',
    ]);
  });

  const conftest = 'mkdir -p tests && echo lenient > tests/conftest.py';
  const unseen = ['sh', '-c', '! test -e tests/conftest.py && ! test -e tests/.gitignore'];

  it.each([
    ['an ignore file of its own', `${conftest} && echo "*" > tests/.gitignore`],
    ['a rule in that of the commit', `${conftest} && echo "tests/" >> .gitignore`],
    [
      'a link to one',
      `${conftest} && mkdir -p build && echo "*" > build/rules && ln -s ../build/rules tests/.gitignore`,
    ],
    ['its own exclusion', `${conftest} && mkdir -p .git/info && echo "*" > .git/info/exclude`],
    ['a repository', `${conftest} && git init -q tests`],
  ])('hides no judge file from the next one by %s', async (_, first) => {
    const { accept } = await after(first, { judge: [...judge, '**/conftest.py'] });
    const { commands } = await accept(unseen);
    expect(commands).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
  });

  it('hides none by an ignore file of the result, and keeps what the base ignores', async () => {
    const world = makeWorld({ files: { ...files, '.gitignore': 'build/\n' } });
    onTestFinished(() => world.dispose());
    const workspace = await world.create();
    await put(workspace, '.gitignore', 'build/\ntests/\n');
    const made = 'mkdir -p build && touch build/conftest.py build/made tests/made';
    await put(workspace, 'first.sh', `${conftest} && ${made}`);
    const { result } = (await workspace.collect('cheat\n')) ?? expect.fail('nothing');
    const second = `${unseen[2]} && ls build/conftest.py build/made tests/made`;
    const commands = [
      ['sh', 'first.sh'],
      ['sh', '-c', second],
    ];
    const globs = [...judge, '**/conftest.py'];
    const job = { base: world.base, result, judge: globs, commands, limits };
    expect(await world.workspaces.accept(job)).toMatchObject({ passed: true });
  });

  it.each([
    ['in the place of its rules', 'mkdir tests && mkfifo tests/.gitignore'],
    ['in the place of those of the commit', 'rm .gitignore && mkfifo .gitignore'],
    [
      'in a repository of its own',
      'git init -q more && rm more/.git/HEAD && mkfifo more/.git/HEAD',
    ],
  ])('is refused, and waited for by nobody, when it leaves a pipe %s', async (_, first) => {
    const { accept } = await after(first);
    await expect(accept(checks)).rejects.toMatchObject({ code: 'workspace_hostile' });
  });

  it('does not tell git in the next one what to see', async () => {
    const first =
      'git config core.fsmonitor "touch hooked; false"; echo x >> src/sum.js; git add --all; git -c user.name=x -c user.email=x@y commit -qm x; rm -rf .git/refs hooked';
    const { accept, world } = await after(first);
    const asked =
      'git rev-parse HEAD~0 && git status --short && git cat-file -e HEAD:first.sh && ! test -e hooked';
    const { commands } = await accept(['sh', '-c', asked]);
    expect(commands[1]).toMatchObject({ exitCode: 0 });
    expect(commands[1]?.outputTail.trim().split('\n')).toHaveLength(1);
    expect(world.base.oid).toHaveLength(40);
  });

  it('makes no way out of the worktree for what is put back', async () => {
    const made = makeWorld();
    onTestFinished(() => made.dispose());
    const outside = join(made.folder, 'outside');
    await mkdir(outside);
    await chmod(outside, 0o777);
    const { accept } = await after(
      `rm -r test src && ln -s ${outside} test && ln -s ${outside}/sum src`,
    );
    expect((await accept(checks)).commands[1]?.outputTail).toContain('sum is wrong');
    expect(await readdir(outside)).toEqual([]);
  });
});

describe('overlay', () => {
  const oidArbitrary = fc.integer({ min: 1, max: 3 }).map((n) => Oid.parse(String(n).repeat(40)));
  const name = fc.constantFrom('a', 'b', 'test', 't.test.js');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const tree = fc
    .array(fc.tuple(path, oidArbitrary), { maxLength: 8 })
    .map((entries) => new Map(withoutConflicts(entries)));
  const globs = fc.subarray(['test/**', '**/*.test.js', 'a', 'b/a', '**/test/**']);

  it('holds every judge file of the base, the rest of the result, and no path twice', () => {
    fc.assert(
      fc.property(tree, tree, globs, (base, result, globs) => {
        const { entries, changed } = overlayJudgeFiles(base, result, globs);
        const judged = overlayJudgeFiles(base, new Map(), globs).changed;
        for (const path of judged) expect(entries.get(path)).toEqual(base.get(path));
        for (const path of entries.keys()) {
          for (const other of entries.keys()) expect(other.startsWith(`${path}/`)).toBe(false);
        }
        for (const [path, entry] of entries) {
          expect(judged.includes(path) || result.get(path) === entry).toBe(true);
        }
        for (const path of judged) {
          expect(changed.includes(path)).toBe(result.get(path)?.oid !== base.get(path)?.oid);
        }
      }),
    );
  });

  function withoutConflicts(entries: [string, Oid][]): [string, TreeEntry][] {
    const kept: [string, TreeEntry][] = [];
    for (const [path, oid] of entries) {
      const clash = kept.some(
        ([other]) => `${other}/`.startsWith(`${path}/`) || `${path}/`.startsWith(`${other}/`),
      );
      if (!clash) kept.push([path, { mode: '100644', oid }]);
    }
    return kept;
  }
});

describe('what of a result stands on the base', () => {
  const treeOf = (...paths: string[]) =>
    new Map(paths.map((path) => [path, { mode: '100644', oid: Oid.parse('a'.repeat(40)) }]));
  const base = treeOf('src/a.js', 'test', 'docs/x/y.md');

  it.each([
    ['is what is named', ['b.test.js', 'src/c.js'], ['b.test.js'], ['b.test.js']],
    ['is nothing that the base has', ['src/a.js'], ['src/a.js'], []],
    ['is nothing in a folder that is a file there', ['test/b.test.js'], ['test/b.test.js'], []],
    ['is nothing in the place of a folder', ['docs', 'docs/x'], ['docs', 'docs/x'], []],
    ['is nothing that steers what is there', ['src/.npmrc'], ['src/.npmrc'], []],
    ['is what steers in a folder of its own', ['new/.npmrc'], ['new/.npmrc'], ['new/.npmrc']],
  ])('%s', (_, added, only, stands) => {
    const entries = baseWith(base, treeOf('src/a.js', ...added), only);
    expect([...entries.keys()]).toEqual([...base.keys(), ...stands]);
  });
});

describe('a result that is looked for by a test on the base', () => {
  it('is not in the repository of the worktree either', async () => {
    const world = makeWorld({ files });
    try {
      const workspace = await world.create();
      await put(workspace, 'src/sum.js', 'exports.sum = (a, b) => a + b;\n');
      await put(workspace, 'test/new.test.js', 'process.exit(1);\n');
      const { result } = (await workspace.collect('work\n')) ?? expect.fail('nothing');
      const seen = 'git log --all --format=%H; git show HEAD:src/sum.js; ls test';
      const job = { base: world.base, result, judge, commands: [['sh', '-c', seen]], limits };
      const { commands } = await world.workspaces.accept({ ...job, only: ['test/new.test.js'] });
      expect(commands[0]).toMatchObject({
        exitCode: 0,
        outputTail: expect.stringContaining('a - b'),
      });
      expect(commands[0]?.outputTail).toContain('new.test.js');
      expect(commands[0]?.outputTail).not.toContain(result);
    } finally {
      await world.dispose();
    }
  });
});
