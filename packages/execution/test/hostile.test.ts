/** What an executor may leave behind, and what must not happen because of it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Workspace } from '@bzzz/coordination';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flawOfLink } from '../src/hostile.ts';
import { git, limits, makeWorld, put, script, type World } from './support.ts';

let world: World;
let workspace: Workspace;
beforeEach(async () => {
  world = makeWorld();
  workspace = await world.create();
});
afterEach(async () => {
  await world.dispose();
});

const collect = () => workspace.collect('work\n');
const refused = (reason: RegExp) =>
  expect(collect()).rejects.toMatchObject({
    code: 'workspace_hostile',
    reason: expect.stringMatching(reason),
  });

describe('is refused', () => {
  it('a nested repository, and its fsmonitor never runs', async () => {
    const touched = join(world.folder, 'touched');
    const nested = join(workspace.path, 'vendor');
    mkdirSync(nested);
    git(nested, 'init', '--quiet');
    git(nested, 'commit', '--quiet', '--allow-empty', '--message=x');
    git(nested, 'config', 'core.fsmonitor', `touch ${touched}`);
    await refused(/nested repository.*vendor\/\.git/);
    expect(existsSync(touched)).toBe(false);
  });

  it('a nested repository that git would ignore', async () => {
    await put(workspace, '.gitignore', 'vendor\n');
    await put(workspace, 'vendor/deep/.git/HEAD', 'ref: refs/heads/x\n');
    await refused(/nested repository/);
  });

  it.each(['.GIT/config', 'a/.Git', 'git~1/x', 'a/.git /x', '.g\u200cit/x', '.git::$INDEX'])(
    'the name %j',
    async (name) => {
      await put(workspace, name, 'x\n');
      await refused(/nested repository/);
    },
  );

  it('a fifo and a socket', async () => {
    await script(world, workspace, 'mkfifo pipe');
    await refused(/special file.*pipe/);
    await script(world, workspace, 'rm pipe');
    await script(
      world,
      workspace,
      `node -e "net.createServer().listen('sock', () => process.kill(process.pid, 9))"`,
    );
    await refused(/special file.*sock/);
  });

  it.each([
    ['/etc/passwd', /leads out/],
    ['../outside', /leads out/],
    ['src/../../outside', /behind a name/],
    ['.git/config', /git directory/],
  ])('a link to %s', async (target, reason) => {
    await script(world, workspace, `ln -s ${target} link`);
    await refused(reason);
  });

  it('a folder that became a link out of the worktree', async () => {
    await script(world, workspace, 'rm -r src && ln -s /usr src');
    await refused(/leads out/);
  });

  it('folders so deep that no path names them, and they can be removed', async () => {
    const text =
      'i=0; while [ $i -lt 600 ]; do mkdir deepdeep; cd -P deepdeep; i=$((i+1)); done; echo x > x';
    await script(world, workspace, text);
    await refused(/nested too deeply|cannot be read/);
    await workspace.dispose();
    expect(existsSync(dirname(workspace.path))).toBe(false);
  });

  it('names with control characters or without an encoding', async () => {
    await put(workspace, 'two\nlines', 'x\n');
    await refused(/control characters/);
    await script(world, workspace, `rm two*; touch "$(printf 'caf\\351')"`);
    await refused(/not UTF-8/);
  });

  it('a huge file, before git copies it', async () => {
    await script(world, workspace, 'truncate -s 1G huge');
    await refused(/huge file/);
    await script(world, workspace, 'rm huge; truncate -s 1G README.md');
    await refused(/huge file/);
  });

  it('a link .gitmodules, which git itself refuses', async () => {
    await script(world, workspace, 'ln -s README.md .gitmodules');
    await refused(/git add/);
  });
});

describe('has no effect', () => {
  it('a hook, a filter or an fsmonitor in the repository of the worktree', async () => {
    const touched = join(world.folder, 'touched');
    const evil = join(workspace.path, 'evil.sh');
    await put(workspace, 'evil.sh', `#!/bin/sh\ntouch ${touched}\ncat\n`);
    execFileSync('chmod', ['+x', evil]);
    const config = join(workspace.path, '.git', 'config');
    writeFileSync(
      config,
      `[core]\nfsmonitor = ${evil}\nhooksPath = ${workspace.path}\n[filter "x"]\nclean = ${evil}\nprocess = ${evil}\n`,
    );
    await put(workspace, '.gitattributes', '* filter=x diff=x\n');
    for (const hook of ['pre-commit', 'post-index-change', 'reference-transaction']) {
      await put(workspace, hook, `#!/bin/sh\ntouch ${touched}\n`);
      execFileSync('chmod', ['+x', join(workspace.path, hook)]);
    }
    await put(workspace, 'src/value.txt', 'new\n');
    expect(await collect()).not.toBeNull();
    expect(existsSync(touched)).toBe(false);
  });

  it('commits, branches, remotes and staged files of the executor', async () => {
    const result = await script(
      world,
      workspace,
      [
        'git config user.email a@b.invalid; git config user.name a',
        'echo staged > staged.txt; git add staged.txt; echo later > staged.txt',
        'git commit --quiet --message=own; git checkout --quiet -b other; git remote add x /x',
        'git update-index --assume-unchanged README.md; echo changed > README.md',
      ].join('\n'),
    );
    expect(result.report.exitCode).toBe(0);
    const collected = await collect();
    expect(collected?.commits[0]?.files.map(({ path }) => path)).toEqual([
      'README.md',
      'staged.txt',
    ]);
    const commit = git(world.base.mirror, 'cat-file', '-p', collected?.result ?? '');
    expect(commit).toContain(`parent ${world.base.oid}\nauthor bzzz <bzzz@bzzz.invalid>`);
    expect(commit).toMatch(/\n\nwork\n$/);
    expect(git(world.base.mirror, 'show', `${collected?.result}:staged.txt`)).toBe('later\n');
  });

  it('a .git that was removed, or replaced by a link', async () => {
    await put(workspace, 'src/value.txt', 'new\n');
    for (const replacement of ['rm -rf .git', 'ln -s /usr .git', 'rm .git; touch .git']) {
      await script(world, workspace, replacement);
      expect((await collect())?.commits[0]?.files).toHaveLength(1);
    }
  });

  it('attributes that change content on its way in or out', async () => {
    await put(workspace, '.gitattributes', '* text eol=crlf ident working-tree-encoding=UTF-16\n');
    await put(workspace, 'crlf.txt', 'a\r\n$Id$\r\n');
    const collected = await collect();
    expect(git(world.base.mirror, 'show', `${collected?.result}:crlf.txt`)).toBe('a\r\n$Id$\r\n');
    const checks = [
      ['node', '-e', "process.exit(fs.readFileSync('README.md') == 'hello\\n' ? 0 : 1)"],
    ];
    const job = { base: world.base, judge: [], commands: checks, limits };
    const acceptance = await world.workspaces.accept({
      ...job,
      result: collected?.result ?? world.base.oid,
    });
    expect(acceptance.passed).toBe(true);
  });
});

describe('lines are counted', () => {
  it('whatever attributes of the base say, and none of what is binary', async () => {
    await world.dispose();
    world = makeWorld({
      files: { '.gitattributes': '*.txt -diff\n*.md binary\n', 'a.txt': 'a\nb\n' },
    });
    workspace = await world.create();
    await put(workspace, 'a.txt', 'a\nc\nd\n');
    await put(workspace, 'b.md', 'x\n'.repeat(500));
    await put(workspace, 'c.bin', 'x\n\0'.repeat(500));
    const files = (await collect())?.commits[0]?.files;
    expect(files?.map(({ path, lines }) => [path, lines])).toEqual([
      ['a.txt', 3],
      ['b.md', 500],
      ['c.bin', 0],
    ]);
  });
});

describe('is taken as it is', () => {
  it('a link within, an executable, a binary file and a file that became a folder', async () => {
    const made = await script(
      world,
      workspace,
      [
        'ln -s ../README.md src/link; ln -s src folder',
        'printf "#!/bin/sh\\n" > run.sh; chmod +x run.sh',
        'head -c 3000 /dev/urandom > blob.bin',
        'rm README.md; mkdir README.md; echo x > README.md/x',
        'chmod 000 test/check.txt; chmod 644 test/check.txt',
      ].join('\n'),
    );
    expect(made.report.exitCode).toBe(0);
    expect((await collect())?.commits[0]?.files).toEqual([
      { path: 'README.md', status: 'deleted', mode: '000000', bytes: 0, lines: 1 },
      { path: 'README.md/x', status: 'added', mode: '100644', bytes: 2, lines: 1 },
      { path: 'blob.bin', status: 'added', mode: '100644', bytes: 3000, lines: 0 },
      { path: 'folder', status: 'added', mode: '120000', bytes: 3, lines: 1 },
      { path: 'run.sh', status: 'added', mode: '100755', bytes: 10, lines: 1 },
      { path: 'src/link', status: 'added', mode: '120000', bytes: 12, lines: 1 },
    ]);
  });

  it('a change of mode alone, and of a file into a link', async () => {
    await script(
      world,
      workspace,
      'chmod +x README.md; rm src/value.txt; ln -s ../README.md src/value.txt',
    );
    expect((await collect())?.commits[0]?.files).toEqual([
      { path: 'README.md', status: 'modified', mode: '100755', bytes: 6, lines: 0 },
      { path: 'src/value.txt', status: 'modified', mode: '120000', bytes: 12, lines: 2 },
    ]);
  });
});

describe('links', () => {
  it.each([
    ['a', 'b', true],
    ['a/b', '../c', true],
    ['a/b', '../../c', false],
    ['a', '..', false],
    ['a', 'b/../../c', false],
    ['a/b/c', '.././../x/y', true],
    ['a', '/b', false],
    ['a', '', false],
  ])('%s -> %s', (path, target, allowed) => {
    expect(flawOfLink(path, target) === null).toBe(allowed);
  });
});
