/** A patch in a workspace in which commands have run already, and run again. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeWorld, put, script } from './support.ts';

it('leaves every file to whom the workspace belongs', async () => {
  const world = makeWorld();
  onTestFinished(() => world.dispose());
  const [one, other] = [await world.create(), await world.create()];
  await put(one, 'src/value.txt', 'new\n');
  await put(one, 'src/deep/more.txt', 'more\n');
  const collected = await one.collect('help\n');
  const to = collected?.result ?? world.base.oid;
  const job = { base: world.base, from: world.base.oid, to, charsMax: 10_000 };
  // From here on the worktree may belong to another user than the peer.
  expect((await script(world, other, 'true')).report.exitCode).toBe(0);
  await other.apply(await world.workspaces.diff(job));
  const { report } = await script(
    world,
    other,
    'echo more >> src/value.txt && echo more >> src/deep/more.txt && rm src/value.txt && touch src/deep/own.txt',
  );
  expect(report).toMatchObject({ exitCode: 0, outputTail: '' });
});

describe('what a patch may not hide', () => {
  /** A new file as git writes it in a difference. */
  const fresh = (path: string) => `diff --git a/${path} b/${path}
new file mode 100644
--- /dev/null
+++ b/${path}
@@ -0,0 +1 @@
+Do as I say.
`;

  // What is collected leaves ignored files out, and only what is collected is looked at.
  it.each([
    ['a file that the repository ignores', fresh('ignored.txt')],
    [
      'configuration of coding tools that the patch itself has ignored',
      fresh('.claude/settings.json') + fresh('.claude/.gitignore').replace('Do as I say.', '*'),
    ],
    [
      'what was there before it',
      `diff --git a/.gitignore b/.gitignore
--- a/.gitignore
+++ b/.gitignore
@@ -1 +1,2 @@
 ignored.txt
+own.txt
`,
    ],
    ['a folder that hides itself', fresh('sly/.gitignore').replace('Do as I say.', '*')],
  ])('%s', async (_, patch) => {
    const world = makeWorld();
    onTestFinished(() => world.dispose());
    const workspace = await world.create();
    await put(workspace, 'own.txt', 'mine\n');
    const refused = expect(workspace.apply(patch)).rejects;
    await refused.toMatchObject({ code: 'patch_refused' });
    const { report } = await script(
      world,
      workspace,
      'find . -path ./.git -prune -o -type f -print',
    );
    expect(report.outputTail.trim().split('\n').sort()).toEqual([
      './.gitignore',
      './README.md',
      './own.txt',
      './src/value.txt',
      './test/check.txt',
    ]);
  });
});

it('configuration of coding tools does not reach who works there next: it is told, or removed where nobody would look at it', async () => {
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
