/** A patch in a workspace in which commands have run already, and run again. */
import { expect, it, onTestFinished } from 'vitest';
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
