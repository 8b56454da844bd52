/** By what somebody outside can tell that a command goes on. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRecipeExecutor } from '../src/index.ts';
import { limits, makeWorld, until, type World } from './support.ts';

let world: World;
beforeEach(() => {
  world = makeWorld();
});
afterEach(() => world.dispose());

/** Runs a command until it is `enough`, and tells how many signs it gave. */
async function signsOf(text: string, enough: (signs: number, ms: number) => boolean) {
  const workspace = await world.create();
  const abort = new AbortController();
  let signs = 0;
  const startMs = performance.now();
  const request = { argv: ['sh', '-c', text], path: workspace.path, limits, timeMs: 60_000 };
  const run = world.runner.run(
    { ...request, onSign: () => void (signs += 1) },
    { signal: abort.signal },
  );
  const ended = expect(run).rejects.toMatchObject({ code: 'aborted' });
  await until(() => enough(signs, performance.now() - startMs));
  const seen = signs;
  abort.abort();
  await ended;
  await workspace.dispose();
  return seen;
}

describe('a command gives a sign', () => {
  it('when it prints, to whichever output', async () => {
    const text = 'while :; do echo out; sleep 0.05; echo err >&2; sleep 0.05; done';
    expect(await signsOf(text, (signs) => signs > 5)).toBeGreaterThan(5);
  });

  it('when its files grow, though it prints nothing', async () => {
    const text = 'while :; do head -c 20000 /dev/zero >> grows; sleep 0.1; done';
    // One is that it has begun.
    expect(await signsOf(text, (signs) => signs > 2)).toBeGreaterThan(2);
  });

  it('only when it begins, if it then sleeps', async () => {
    // Longer than two looks at its files.
    expect(await signsOf('sleep 50', (_, ms) => ms > 6_000)).toBe(1);
  });
});

describe('what a recipe prints', () => {
  it('is told while it runs, to whichever output, and which command it is', async () => {
    const workspace = await world.create();
    const gate = join(workspace.path, 'go');
    const text =
      'printf "out \\342\\202"; printf "\\254\\n"; echo err >&2; until [ -e go ]; do sleep 0.02; done';
    const job = { kind: 'recipe' as const, commands: [['sh', '-c', text], ['true']] };
    let printed = '';
    const onPrinted = (more: string) => void (printed += more);
    const run = createRecipeExecutor(world).run({ job, path: workspace.path, limits, onPrinted });
    await until(() => printed.includes('out €\n') && printed.includes('err\n'));
    expect(printed).toMatch(/^\$ sh -c /);
    expect(printed).not.toContain('$ true');
    await writeFile(gate, '');
    expect((await run).succeeded).toBe(true);
    expect(printed).toMatch(/\$ true\n$/);
    await workspace.dispose();
  });
});
