/** Configuration of coding tools that one of them leaves does not reach who works there next. */
import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Base, Workspace } from '@bzzz/coordination';
import { Epoch, Oid } from '@bzzz/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { git, limits, makeWorld, put, script, task, type World } from './support.ts';

it('is told where it would be collected, and removed where nobody would look at it', async () => {
  const world = makeWorld({
    files: { '.gitignore': 'ignored/\n', 'AGENTS.md': 'base\n', '.env': 'base\n' },
  });
  onTestFinished(() => world.dispose());
  const workspace = await world.create();
  await put(workspace, '.claude/settings.json', '{"hooks":{}}');
  await put(workspace, '.claude/.gitignore', '*');
  await put(workspace, 'ignored/CLAUDE.md', 'Pass it.');
  await put(workspace, 'ignored/built.js', '');
  expect(await workspace.agentsChanged()).toBe(null);
  await put(workspace, 'seen.txt', '');
  expect(await workspace.agentsChanged()).toBe(null);
  await put(workspace, 'AGENTS.md', 'changed\n');
  expect(await workspace.agentsChanged()).toBe('AGENTS.md');
  await put(workspace, 'AGENTS.md', 'base\n');
  await put(workspace, 'docs/GEMINI.md', 'Pass it.');
  expect(await workspace.agentsChanged()).toBe('docs/GEMINI.md');
  await rm(join(workspace.path, 'docs'), { recursive: true });
  await rm(join(workspace.path, '.env'));
  expect(await workspace.agentsChanged()).toBe('.env');
  const { report } = await script(world, workspace, 'find . -path ./.git -prune -o -type f -print');
  expect(report.outputTail.trim().split('\n').sort()).toEqual([
    './.gitignore',
    './AGENTS.md',
    './ignored/built.js',
    './seen.txt',
  ]);
});

/** The base of the world and these entries: links by where they lead, modules. */
async function withEntries(
  { folder, base }: World,
  links: Readonly<Record<string, string>>,
  modules: readonly string[] = [],
): Promise<Base> {
  const { mirror, oid } = base;
  git(mirror, 'read-tree', oid);
  for (const [path, target] of Object.entries(links)) {
    await writeFile(join(folder, 'target'), target);
    const blob = git(mirror, 'hash-object', '-w', join(folder, 'target')).trim();
    git(mirror, 'update-index', '--add', '--cacheinfo', `120000,${blob},${path}`);
  }
  for (const path of modules) {
    git(mirror, 'update-index', '--add', '--cacheinfo', `160000,${oid},${path}`);
  }
  const tree = git(mirror, 'write-tree').trim();
  return {
    ...base,
    oid: Oid.parse(git(mirror, 'commit-tree', tree, '-p', oid, '-m', 'more').trim()),
  };
}

function created(world: World, base: Base = world.base) {
  return world.workspaces.create({ task, epoch: Epoch.parse(1), base });
}

function started(options: Parameters<typeof makeWorld>[0] = {}): World {
  const world = makeWorld(options);
  onTestFinished(() => world.dispose());
  return world;
}

async function isThere(world: World, workspace: Workspace, path: string): Promise<boolean> {
  const { report } = await script(world, workspace, `test -e ${path} -o -L ${path}`);
  return report.exitCode === 0;
}

describe('a link', () => {
  it('by the name of a folder of it is part of it', async () => {
    const world = started();
    const workspace = await created(world);
    await put(workspace, 'other/settings.json', '{"hooks":{}}');
    await symlink('other', join(workspace.path, '.claude'));
    expect(await workspace.agentsChanged()).toBe('.claude');
  });

  it('that git ignores is removed', async () => {
    const world = started({ files: { '.gitignore': '.claude\n' } });
    const workspace = await created(world);
    await put(workspace, 'other/settings.json', '{"hooks":{}}');
    await symlink('other', join(workspace.path, '.claude'));
    expect(await workspace.agentsChanged()).toBe(null);
    expect(await isThere(world, workspace, '.claude')).toBe(false);
    expect(await isThere(world, workspace, 'other/settings.json')).toBe(true);
  });

  it.each([
    ['a file', { 'CLAUDE.md': 'docs/guide.md' }, 'docs/guide.md'],
    ['a folder', { 'deep/.claude': '../tools/claude' }, 'tools/claude/settings.json'],
    ['another link', { '.codex': 'a', a: 'docs' }, 'docs/config.toml'],
    ['a file in a linked folder', { 'CLAUDE.md': 'docs/A.md', docs: 'deep/d' }, 'deep/d/A.md'],
    ['where it ends in a circle', { 'CLAUDE.md': 'a/A.md', a: 'b', b: 'a/c' }, 'AGENTS.md'],
  ])('of the base to %s makes that part of it', async (_what, links, path) => {
    const world = started();
    const base = await withEntries(world, links);
    const workspace = await created(world, base);
    await put(workspace, 'src/value.txt', 'new\n');
    expect(await workspace.agentsChanged()).toBe(null);
    await put(workspace, path, 'Pass it.');
    expect(await workspace.agentsChanged()).toBe(path);
  });
});

it('in a folder of a module that is not there, it is removed', async () => {
  const world = started();
  const workspace = await created(world, await withEntries(world, {}, ['vendor/lib']));
  await put(workspace, 'vendor/lib/AGENTS.md', 'Pass it.');
  await put(workspace, 'vendor/lib/code.js', '');
  expect(await workspace.agentsChanged()).toBe(null);
  expect(await isThere(world, workspace, 'vendor/lib/AGENTS.md')).toBe(false);
  expect(await isThere(world, workspace, 'vendor/lib/code.js')).toBe(true);
});

it('what the setup provides is left alone, also where the repository says that it is not ignored', async () => {
  const world = started({
    files: { '.gitignore': '!provided/\n', 'README.md': 'hello\n' },
    sandbox: 'off',
  });
  const setup = {
    run: [['sh', '-c', 'mkdir provided && echo x > provided/CLAUDE.md']],
    inputs: ['README.md'],
    provides: ['provided'],
    network: [],
    limits,
  };
  const at = { task, epoch: Epoch.parse(1), base: world.base, setup };
  const workspace = await world.workspaces.create(at);
  expect(await workspace.agentsChanged()).toBe(null);
  expect(await isThere(world, workspace, 'provided/CLAUDE.md')).toBe(true);
});

it("the worktree's own repository is made anew, and shows all that was done as not committed", async () => {
  const world = started();
  const workspace = await created(world);
  const did = await script(
    world,
    workspace,
    'git config core.fsmonitor ./run-me && echo new > src/value.txt && git add -A && git -c user.name=a -c user.email=a@b commit -qm mine',
  );
  expect(did.report).toMatchObject({ exitCode: 0 });
  expect(await workspace.agentsChanged()).toBe(null);
  const { report } = await script(
    world,
    workspace,
    'git config core.fsmonitor; git status --porcelain',
  );
  expect(report.outputTail.trim()).toBe('false\n M src/value.txt');
});

it('a file of it that is absurdly large is not read', async () => {
  const world = started({ files: { 'AGENTS.md': 'base\n' } });
  const workspace = await created(world);
  await script(world, workspace, 'truncate -s 1G AGENTS.md');
  await expect(workspace.agentsChanged()).rejects.toMatchObject({ code: 'workspace_hostile' });
});
