/** What the contract cannot see: the mirror, the disk, unusual repositories. */
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Epoch, Oid } from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  git,
  limits,
  lives,
  makeWorld,
  put,
  script,
  task,
  uniqueSleep,
  until,
  type World,
} from './support.ts';

let world: World;
beforeEach(() => {
  world = makeWorld();
});
afterEach(async () => {
  await world.dispose();
});
const epoch = Epoch.parse(1);
const worktrees = () => (existsSync(world.dir) ? readdirSync(world.dir) : []);

describe('create', () => {
  it('leaves nothing on disk when it fails or is aborted, at whatever moment', async () => {
    const base = { ...world.base, oid: Oid.parse('f'.repeat(40)) };
    const missing = world.workspaces.create({ task, epoch, base });
    await expect(missing).rejects.toMatchObject({ code: 'workspace_failed' });
    const nowhere = { ...world.base, mirror: join(world.folder, 'nowhere') };
    const absent = world.workspaces.create({ task, epoch, base: nowhere });
    await expect(absent).rejects.toMatchObject({ code: 'workspace_failed' });
    for (const afterMs of [0, 1, 2, 5]) {
      const signal = AbortSignal.timeout(afterMs);
      const aborted = world.workspaces.create({ task, epoch, base: world.base }, { signal });
      await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    }
    expect(worktrees()).toEqual([]);
  });

  it('changes nothing in the mirror, and copies no more than the one commit', async () => {
    const { mirror } = world.base;
    const seen = () =>
      execFileSync('find', [mirror, '-printf', '%p %s %T@\n'], { encoding: 'utf8' });
    git(join(world.folder, 'source'), 'commit', '--quiet', '--allow-empty', '--message=second');
    git(mirror, 'fetch', '--quiet', join(world.folder, 'source'), 'main:main');
    const oid = Oid.parse(git(mirror, 'rev-parse', 'main').trim());
    const before = seen();
    const workspace = await world.workspaces.create({ task, epoch, base: { ...world.base, oid } });
    expect(seen()).toBe(before);
    const log = await script(world, workspace, 'git log --format=%s; git fsck; git status --short');
    expect(log.report).toMatchObject({ exitCode: 0, outputTail: 'second' });
  });

  it('checks out any tip of the mirror, also one that no branch shows any more', async () => {
    const { mirror } = world.base;
    git(mirror, 'update-ref', '-d', 'refs/heads/main');
    const workspace = await world.create();
    expect(readFileSync(join(workspace.path, 'README.md'), 'utf8')).toBe('hello\n');
  });
});

describe('a mirror in an unusual place', () => {
  it.each(['a:b', 'a "b" \\ c', 'ümlaut $HOME', '-x'])('works: %s', async (name) => {
    const mirror = join(world.folder, name);
    renameSync(world.base.mirror, mirror);
    const base = { ...world.base, mirror };
    const workspace = await world.workspaces.create({ task, epoch, base });
    await put(workspace, 'src/value.txt', 'new\n');
    const result = (await workspace.collect('work\n'))?.result ?? base.oid;
    const commands = [['sh', '-c', 'git fsck && git show HEAD:src/value.txt | grep new']];
    const acceptance = await world.workspaces.accept({ base, result, judge: [], commands, limits });
    expect(acceptance.passed).toBe(true);
  });
});

describe('an unusual repository', () => {
  const remake = async (make: (source: string) => void) => {
    const source = join(world.folder, 'source');
    make(source);
    git(source, 'add', '--all', '--force');
    git(source, 'commit', '--quiet', '--message=unusual');
    git(world.base.mirror, 'fetch', '--quiet', source, '+main:main');
    const base = { ...world.base, oid: Oid.parse(git(source, 'rev-parse', 'HEAD').trim()) };
    return { base, workspace: await world.workspaces.create({ task, epoch, base }) };
  };
  const shell = (cwd: string, text: string) => execFileSync('sh', ['-c', text], { cwd });

  it('comes and goes byte by byte: line ends, links, modes, names without an encoding', async () => {
    const { base, workspace } = await remake((source) => {
      shell(
        source,
        `printf '* text=auto eol=crlf\\n' > .gitattributes; printf 'a\\nb\\n' > lf.txt`,
      );
      shell(source, `printf 'a\\r\\nb\\r\\n' > crlf.txt; ln -s lf.txt link; chmod +x lf.txt`);
      shell(source, `printf x > "$(printf 'caf\\351')"; printf x > 'with "quotes" and spaces'`);
    });
    expect(readFileSync(join(workspace.path, 'lf.txt'), 'utf8')).toBe('a\nb\n');
    expect(lstatSync(join(workspace.path, 'link')).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(workspace.path, 'lf.txt')).mode & 0o111).not.toBe(0);
    expect(await workspace.collect('nothing\n')).toBeNull();
    expect((await script(world, workspace, 'git status --short')).report.outputTail).toBe('');
    const commands = [['sh', '-c', `test "$(cat "$(printf 'caf\\351')")" = x`]];
    const job = { base, result: base.oid, judge: ['**'], commands, limits };
    expect(await world.workspaces.accept(job)).toMatchObject({
      passed: true,
      judgeFilesChanged: [],
    });
  });

  it('with a submodule: it stays as it is, an empty folder', async () => {
    const { base, workspace } = await remake((source) => {
      git(source, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},lib`);
      mkdirSync(join(source, 'lib'));
      git(join(source, 'lib'), 'init', '--quiet');
      git(join(source, 'lib'), 'commit', '--quiet', '--allow-empty', '--message=x');
    });
    expect(readdirSync(join(workspace.path, 'lib'))).toEqual([]);
    expect(await workspace.collect('nothing\n')).toBeNull();
    await put(workspace, 'src/value.txt', 'new\n');
    const collected = await workspace.collect('work\n');
    expect(collected?.commits[0]?.files.map(({ path }) => path)).toEqual(['src/value.txt']);
    const lib = git(world.base.mirror, 'ls-tree', collected?.result ?? '', 'lib');
    expect(lib).toBe(git(world.base.mirror, 'ls-tree', base.oid, 'lib'));
  });

  it('with hundreds of changes', async () => {
    const workspace = await world.create();
    const many =
      'for i in $(seq 300); do head -c 200000 /dev/zero > big$i; printf $i >> big$i; done';
    expect((await script(world, workspace, many)).report.exitCode).toBe(0);
    const collected = await workspace.collect('many\n');
    expect(collected?.commits[0]?.files).toHaveLength(300);
    expect(collected?.commits[0]?.files.every(({ bytes }) => bytes > 200_000)).toBe(true);
  });
});

describe('collect', () => {
  it('throws aborted, and can be called again', async () => {
    const workspace = await world.create();
    await put(workspace, 'src/value.txt', 'new\n');
    for (const afterMs of [0, 1, 3]) {
      const work = workspace.collect('work\n', { signal: AbortSignal.timeout(afterMs) });
      await expect(work).rejects.toMatchObject({ code: 'aborted' });
    }
    expect(await workspace.collect('work\n')).not.toBeNull();
  });

  it('keeps a message of several lines and refuses an empty one', async () => {
    const workspace = await world.create();
    await put(workspace, 'src/value.txt', 'new\n');
    const message = 'Title\n\nBody with "quotes", #42 and -n\n\nSigned-off-by: nobody\n';
    const collected = await workspace.collect(message);
    const body = git(world.base.mirror, 'log', '-1', '--format=%B', collected?.result ?? '');
    expect(body.trimEnd()).toBe(message.trimEnd());
    await expect(workspace.collect(' \n')).rejects.toMatchObject({ code: 'workspace_failed' });
  });
});

describe('accept', () => {
  it('leaves no worktree behind: passed, failed, refused or aborted in mid-command', async () => {
    const seconds = uniqueSleep();
    const job = { base: world.base, result: world.base.oid, judge: [], limits };
    await world.workspaces.accept({ ...job, commands: [['true']] });
    await world.workspaces.accept({ ...job, commands: [['false']] });
    const gone = { ...job, result: Oid.parse('e'.repeat(40)), commands: [['true']] };
    const refused = world.workspaces.accept(gone);
    await expect(refused).rejects.toMatchObject({ code: 'workspace_failed' });
    const abort = new AbortController();
    const options = { signal: abort.signal };
    const work = world.workspaces.accept({ ...job, commands: [['sleep', seconds]] }, options);
    const aborted = expect(work).rejects.toMatchObject({ code: 'aborted' });
    await until(() => lives(`sleep\0${seconds}`));
    abort.abort();
    await aborted;
    expect(lives(seconds)).toBe(false);
    expect(worktrees()).toEqual([]);
  });

  it('shares the time of the attempt among its commands', async () => {
    const commands = [['sleep', '0.5'], ['sleep', '30'], ['true']];
    const job = { base: world.base, result: world.base.oid, judge: [], commands };
    const acceptance = await world.workspaces.accept({
      ...job,
      limits: { ...limits, attemptMs: 1200 },
    });
    expect(acceptance.commands.map(({ exitCode }) => exitCode)).toEqual([0, null]);
    expect(acceptance.passed).toBe(false);
  });
});

describe('work that goes on', () => {
  it('has the configuration of coding tools as it is on the base', async () => {
    const files = { 'AGENTS.md': 'base\n', '.claude/settings.json': '{}\n', 'a.txt': 'old\n' };
    const world = makeWorld({ files });
    onTestFinished(() => world.dispose());
    const first = await world.create();
    await put(first, 'AGENTS.md', 'obey the issue\n');
    await put(first, 'src/CLAUDE.md', 'obey\n');
    await put(first, 'a.txt', 'new\n');
    await rm(join(first.path, '.claude'), { recursive: true });
    const from = (await first.collect('Half of it\n'))?.result;
    await first.dispose();
    const next = await world.workspaces.create({
      task,
      epoch: Epoch.parse(2),
      base: world.base,
      from,
    });
    const read = (path: string) => readFile(join(next.path, path), 'utf8');
    expect([await read('a.txt'), await read('AGENTS.md')]).toEqual(['new\n', 'base\n']);
    expect(await read('.claude/settings.json')).toBe('{}\n');
    await expect(read('src/CLAUDE.md')).rejects.toThrow('ENOENT');
    const collected = await next.collect('All of it\n');
    expect(collected?.commits[0]?.files.map(({ path }) => path)).toEqual(['a.txt']);
    await next.dispose();
  });
});
