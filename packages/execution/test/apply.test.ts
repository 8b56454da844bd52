/** A patch in a workspace in which commands have run already, and run again. */
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
