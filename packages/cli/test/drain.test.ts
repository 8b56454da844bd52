/** How a peer is told to drain, to pause and to go on, and what it says of that. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createCleanups, run, runJson, tempDir, up } from './support.ts';

/** Perhaps on a machine that is busy with other tests. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const cleanups = createCleanups();
let data: string[];

beforeAll(async () => {
  data = ['--data', await tempDir(cleanups)];
  await up(cleanups, [...data, '--name', 'solo'], { env: { BZZZ_SLOTS: '1' } });
});

afterAll(() => cleanups.run());

it('drain, pause and resume, and status says so meanwhile', async () => {
  const said = async (...args: string[]) => (await run([...args, ...data])).out;
  expect(await said('drain')).toContain('This peer begins nothing new, and finishes');
  expect(await said('status')).toContain('An operator drained this peer');
  expect(await said('pause', 'solo')).toContain('solo begins nothing new, and its attempts stand');
  expect(await said('status')).toContain('An operator paused this peer');
  // What stands still would never be finished.
  await said('drain', 'solo');
  expect(await said('status')).toContain('An operator drained this peer');
  const drained = { order: 'drain', peer: null, name: null, paused: true };
  expect(await runJson(['drain', '--mesh', ...data])).toEqual(drained);
  expect(await said('resume')).toContain('bzzz resume --mesh');
  expect(await said('resume', '--mesh')).toContain('The mesh begins new work again');
  expect(await said('status')).not.toContain('An operator');
});

it('drain of a peer that nobody knows, or of a peer and the mesh, says so', async () => {
  const unknown = await run(['drain', 'nobody', ...data]);
  expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('peer_unknown') });
  const both = await run(['resume', 'solo', '--mesh', ...data]);
  expect(both).toMatchObject({ code: 2, err: expect.stringContaining('not both') });
});

it('pause of the mesh drains it, and says that what runs is finished', async () => {
  const { code, out } = await run(['pause', '--mesh', ...data]);
  expect([code, out]).toEqual([0, expect.stringContaining('The mesh begins nothing new, and')]);
  expect(out).toContain('Taken as `bzzz drain --mesh`');
  expect((await run(['status', ...data])).out).toContain('An operator drained the whole mesh');
  const drained = { order: 'drain', peer: null, name: null, paused: true };
  expect(await runJson(['pause', '--mesh', ...data])).toEqual(drained);
  const both = await run(['pause', 'solo', '--mesh', ...data]);
  expect(both).toMatchObject({ code: 2, err: expect.stringContaining('not both') });
  expect((await run(['resume', '--mesh', ...data])).out).toContain('begins new work again');
});

it('pause of a task that it does not work on says so, and changes nothing', async () => {
  const unknown = await run(['pause', '4711', ...data]);
  expect(unknown).toMatchObject({ err: expect.stringContaining('task_unknown') });
  const both = await run(['resume', '1', '--mesh', ...data]);
  expect(both).toMatchObject({
    err: expect.stringContaining('a task is paused and resumed alone'),
  });
  expect((await run(['status', ...data])).out).not.toContain('paused');
});
