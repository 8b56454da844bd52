/** What a setup provides is there for every command, cannot be changed, and becomes no part of a result. */
import { readdirSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Epoch } from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lives, limits, put, script, task, uniqueSleep, until } from '../support.ts';
import { makeSetupWorld, type SetupWorld } from './world.ts';

let world: SetupWorld;
afterEach(() => world.dispose());

const makes = (text: string) => [['sh', '-c', text]];
const local = { network: [] };

describe.each(['required', 'off'] as const)('with the sandbox %s', (sandbox) => {
  beforeEach(async () => {
    world = await makeSetupWorld({ sandbox });
  });

  it('every command finds it, of the attempt and of the acceptance', async () => {
    const setup = world.setup();
    const workspace = await world.with(setup);
    const seen = await script(world, workspace, 'cat deps/left-pad');
    expect(seen.report).toMatchObject({ exitCode: 0, outputTail: 'content of /left-pad' });
    await put(workspace, 'README.md', 'changed\n');
    const collected = await workspace.collect('work\n');
    expect(collected?.commits.flatMap(({ files }) => files.map(({ path }) => path))).toEqual([
      'README.md',
    ]);
    const result = collected?.result ?? world.base.oid;
    const job = { base: world.base, result, judge: [], limits };
    const commands = [['grep', '-q', 'content', 'deps/left-pad']];
    expect(await world.workspaces.accept({ ...job, commands, setup })).toMatchObject({
      passed: true,
    });
    expect(await world.workspaces.accept({ ...job, commands })).toMatchObject({ passed: false });
    await workspace.dispose();
    expect(world.fetched).toEqual(['/left-pad']);
  });

  it('is none of the result, whatever the files of the result say', async () => {
    const workspace = await world.with(world.setup());
    await put(workspace, '.gitignore', '!deps\n!/deps/**\n');
    await put(workspace, 'deps-of-mine.txt', 'mine\n');
    await put(workspace, 'deps/planted', 'planted\n');
    const collected = await workspace.collect('work\n');
    expect(collected?.commits.flatMap(({ files }) => files.map(({ path }) => path))).toEqual([
      '.gitignore',
      'deps-of-mine.txt',
    ]);
    await workspace.dispose();
  });

  it('tells a program that is not installed from one that fails', async () => {
    for (const run of [[['no-such-program']], makes('no-such-program')]) {
      const work = world.with(world.setup({ ...local, run }));
      await expect(work).rejects.toMatchObject({ code: 'tool_missing' });
    }
  });

  it('fails with the last words of the command, and nothing is kept of it', async () => {
    const setup = world.setup({ ...local, run: makes('mkdir deps; echo no such package; exit 3') });
    const work = world.with(setup);
    await expect(work).rejects.toMatchObject({
      code: 'setup_failed',
      reason: expect.stringMatching(/exit code 3\nno such package$/),
    });
    expect(world.kept()).toEqual([]);
    expect(readdirSync(world.dir).filter((name) => name !== 'setups')).toEqual([]);
  });

  it('leaves nothing and runs nothing when nobody wants it any more', async () => {
    const seconds = uniqueSleep();
    const abort = new AbortController();
    const setup = world.setup({ ...local, run: [['sleep', seconds]] });
    const job = { task, epoch: Epoch.parse(1), base: world.base, setup };
    const work = world.workspaces.create(job, { signal: abort.signal });
    await until(() => lives(`sleep\0${seconds}`));
    abort.abort();
    await expect(work).rejects.toMatchObject({ code: 'aborted' });
    expect(lives(seconds)).toBe(false);
    expect(world.kept()).toEqual([]);
  });
});

describe('in the sandbox', () => {
  beforeEach(async () => {
    world = await makeSetupWorld();
  });

  it('a command cannot change it, nor what the next one gets', async () => {
    const setup = world.setup();
    const first = await world.with(setup);
    const spoil =
      'echo spoilt > deps/left-pad; chmod -R 777 deps; rm -rf deps; mv deps gone; touch deps/new';
    await script(world, first, spoil);
    const second = await world.with(setup);
    for (const workspace of [first, second]) {
      const { report } = await script(world, workspace, 'ls deps; cat deps/left-pad');
      expect(report.outputTail).toBe('left-pad\ncontent of /left-pad');
    }
    for (const workspace of [first, second]) await workspace.dispose();
  });

  it('a link that a command leaves leads the mount nowhere', async () => {
    const setup = world.setup({
      ...local,
      run: makes('mkdir -p a/deps; touch a/deps/x'),
      provides: ['a/deps'],
    });
    const workspace = await world.with(setup);
    const outside = join(world.folder, 'outside');
    await mkdir(join(outside, 'deps'), { recursive: true });
    await rm(join(workspace.path, 'a'), { recursive: true });
    await symlink(outside, join(workspace.path, 'a'));
    const run = script(world, workspace, 'true');
    await expect(run).rejects.toMatchObject({ code: 'workspace_hostile' });
    const collect = workspace.collect('work\n');
    await expect(collect).rejects.toMatchObject({ code: 'workspace_hostile' });
    expect(readdirSync(join(outside, 'deps'))).toEqual([]);
    await rm(join(workspace.path, 'a'));
    await workspace.dispose();
  });

  it('a result that brings such files itself is not accepted', async () => {
    const without = await world.with(
      world.setup({ ...local, run: makes('mkdir x'), provides: ['x'] }),
    );
    await put(without, 'deps/left-pad', 'forged');
    const result = (await without.collect('work\n'))?.result ?? world.base.oid;
    await without.dispose();
    const job = { base: world.base, result, judge: [], limits, commands: [['true']] };
    await expect(world.workspaces.accept({ ...job, setup: world.setup() })).rejects.toMatchObject({
      code: 'workspace_hostile',
    });
    const job2 = { task, epoch: Epoch.parse(2), base: world.base, from: result };
    const later = await world.workspaces.create({ ...job2, setup: world.setup() });
    const { report } = await script(world, later, 'cat deps/left-pad');
    expect(report.outputTail).toBe('content of /left-pad');
    await later.dispose();
  });

  it('reaches only the hosts of the policy, and is told which it missed', async () => {
    const run = [['node', 'get.mjs', 'http://elsewhere.example.org/left-pad']];
    await expect(world.with(world.setup({ run }))).rejects.toMatchObject({
      code: 'setup_failed',
      reason: expect.stringContaining('the policy does not name elsewhere.example.org'),
    });
    await expect(world.with(world.setup({ network: [] }))).rejects.toMatchObject({
      code: 'setup_failed',
    });
    expect(world.fetched).toEqual([]);
  });

  it.each([
    ['a pipe', 'mkdir deps; mkfifo deps/pipe', 'neither file, folder nor link'],
    ['nothing', 'true', 'did not make the folder deps'],
    ['a link in its place', 'ln -s / deps', 'file or link'],
  ])('takes %s for a failure', async (_what, text, reason) => {
    const work = world.with(world.setup({ ...local, run: makes(text) }));
    await expect(work).rejects.toMatchObject({
      code: 'setup_failed',
      reason: expect.stringContaining(reason),
    });
    expect(world.kept()).toEqual([]);
  });

  it('refuses to hide files of the repository, and inputs that are not there', async () => {
    const hiding = world.with(world.setup({ provides: ['README.md'] }));
    await expect(hiding).rejects.toMatchObject({
      reason: expect.stringContaining('README.md is in the repository'),
    });
    const misspelt = world.with(world.setup({ inputs: ['wantd.txt'] }));
    await expect(misspelt).rejects.toMatchObject({ code: 'setup_failed' });
  });
});
