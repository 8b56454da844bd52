/** Commands that stand still while the operator wants it. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { createRecipeExecutor } from '@bzzz/execution';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readProcess } from '../src/processes.ts';
import { rested } from '../src/rest.ts';
import { limits, lives, makeWorld, pidsOf, uniqueSleep, until } from './support.ts';

function operator() {
  const listeners = new Set<() => void>();
  let wanted = false;
  return {
    rest: {
      wanted: () => wanted,
      onChange(listener: () => void) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    want(now: boolean) {
      wanted = now;
      for (const listener of listeners) listener();
    },
  };
}

async function stands(pids: readonly number[]): Promise<boolean> {
  const infos = await Promise.all(pids.map((pid) => readProcess(pid)));
  return infos.length > 0 && infos.every((info) => info?.stopped === true);
}

describe.each(['required', 'off'] as const)('a recipe at work, sandbox %s', (sandbox) => {
  async function atWork(text: (seconds: string) => string, attemptMs = 600_000) {
    const world = makeWorld({ sandbox });
    const workspace = await world.create();
    onTestFinished(async () => {
      await workspace.dispose();
      await world.dispose();
    });
    const seconds = uniqueSleep();
    const { rest, want } = operator();
    const abort = new AbortController();
    const job = { kind: 'recipe' as const, commands: [['sh', '-c', text(seconds)]] };
    const request = { job, path: workspace.path, limits: { ...limits, attemptMs }, rest };
    const run = (onSign = () => {}) =>
      createRecipeExecutor(world).run({ ...request, onSign }, { signal: abort.signal });
    return { workspace, seconds, want, abort, run };
  }

  it('stands still with its children, and goes on where it was', async () => {
    const text = (seconds: string) =>
      `echo ${seconds}; sleep ${seconds} & until [ -e go ]; do sleep 0.05; done; kill $!; echo on > on.txt`;
    const { workspace, seconds, want, run } = await atWork(text);
    const work = run();
    await until(() => lives(`sleep\0${seconds}`));
    want(true);
    await until(() => stands(pidsOf(`sleep\0${seconds}`)));
    want(false);
    await until(async () => !(await stands(pidsOf(`sleep\0${seconds}`))));
    await writeFile(join(workspace.path, 'go'), '');
    expect(await work).toMatchObject({ succeeded: true });
    expect(await readFile(join(workspace.path, 'on.txt'), 'utf8')).toBe('on\n');
  });

  it('is ended while it stands still, with everything of it', async () => {
    const { seconds, want, abort, run } = await atWork((seconds) => `sleep ${seconds} & wait`);
    const refused = expect(run()).rejects.toMatchObject({ code: 'aborted' });
    await until(() => lives(`sleep\0${seconds}`));
    want(true);
    await until(() => stands(pidsOf(`sleep\0${seconds}`)));
    abort.abort();
    await refused;
    expect(lives(seconds)).toBe(false);
  });

  it('has no less time for what it rested', async () => {
    const { seconds, want, run } = await atWork((seconds) => `sleep ${seconds}`, 3_000);
    const startMs = performance.now();
    const work = run();
    await until(() => lives(`sleep\0${seconds}`));
    want(true);
    // Longer than all of its time.
    await until(() => performance.now() - startMs > 6_000);
    expect(await stands(pidsOf(`sleep\0${seconds}`))).toBe(true);
    want(false);
    expect(await work).toMatchObject({ succeeded: false });
  });

  it('does not begin while it is to rest', async () => {
    const { workspace, want, run } = await atWork(() => 'touch begun');
    want(true);
    let signs = 0;
    const work = run(() => void (signs += 1));
    await setImmediate();
    expect(signs).toBe(0);
    expect(existsSync(join(workspace.path, 'begun'))).toBe(false);
    want(false);
    expect(await work).toMatchObject({ succeeded: true });
    expect(signs).toBeGreaterThan(0);
  });
});

it('whoever waits for the end of a rest leaves when it is aborted', async () => {
  const { rest, want } = operator();
  want(true);
  const abort = new AbortController();
  const waiting = expect(rested(rest, abort.signal)).rejects.toMatchObject({ code: 'aborted' });
  abort.abort();
  await waiting;
});
