/** The simulator as a command: what it says of itself, and to what it does not know. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { usage } from '../src/sim/arguments.ts';

const program = fileURLToPath(new URL('../src/sim/main.ts', import.meta.url));

async function simulator(...args: string[]) {
  const child = spawn(process.execPath, ['--conditions=bzzz-source', program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const code = new Promise<number | null>((resolve) => void child.once('close', resolve));
  return { out: await text(child.stdout), wrong: await text(child.stderr), code: await code };
}

it('says how it is used when it is asked', async () => {
  for (const flag of ['--help', '-h']) {
    expect(await simulator(flag)).toEqual({ out: usage, wrong: '', code: 0 });
  }
});

it.each([
  [['--nope'], '--nope'],
  [['ten'], 'ten'],
  [['--seed'], '--seed'],
  [['--seeds', 'x'], 'x'],
])('says how it is used when it does not know %j', async (args, named) => {
  const { out, wrong, code } = await simulator(...args);
  expect({ out, code }).toEqual({ out: '', code: 2 });
  expect(wrong).toContain(named);
  expect(wrong).toContain(usage);
});
