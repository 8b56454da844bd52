/** What the tools of graphics cards say, by programs that say it as they do: this machine has no card. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findGpus } from '../src/system/gpus.ts';
import { describeMachine, machineText } from '../src/system/machine.ts';

const { PATH = '' } = process.env;
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bzzz-gpus-'));
  process.env['PATH'] = `${dir}:${PATH}`;
});
afterEach(async () => {
  process.env['PATH'] = PATH;
  await rm(dir, { recursive: true });
});

async function program(name: string, body: string): Promise<void> {
  await writeFile(join(dir, name), `#!/bin/sh\n${body}\n`);
  await chmod(join(dir, name), 0o755);
}

describe('graphics cards', () => {
  it('are told by nvidia-smi', async () => {
    await program('nvidia-smi', "printf 'NVIDIA A10, 23028\\nTesla T4, [N/A]\\n'");
    expect(await findGpus()).toEqual([
      { name: 'NVIDIA A10', memoryBytes: 23_028 * 1024 ** 2 },
      { name: 'Tesla T4', memoryBytes: null },
    ]);
  });

  it('are told by rocm-smi, with or without a warning before', async () => {
    const said = {
      card0: { 'Card Series': 'Instinct MI300X', 'VRAM Total Memory (B)': '206141652992' },
    };
    await program('rocm-smi', `echo 'WARNING: low power'; echo '${JSON.stringify(said)}'`);
    expect(await findGpus()).toEqual([{ name: 'Instinct MI300X', memoryBytes: 206_141_652_992 }]);
  });

  it.each([
    ['fails', 'echo "no devices were found"; exit 6'],
    ['says something else', 'echo "{not json"'],
    ['floods', 'yes | head -c 3000000'],
  ])('are not known where the tool %s, which is told', async (_what, body) => {
    await program('rocm-smi', body);
    await expect(findGpus()).rejects.toThrow(/^rocm-smi: /);
  });

  it('are none where there is no tool', async () => {
    process.env['PATH'] = dir;
    expect(await findGpus()).toEqual([]);
  });
});

it('a machine is described in a line', () => {
  const machine = describeMachine([]);
  expect(machine.cores).toBeGreaterThan(0);
  expect(machineText({ ...machine, cores: 1, memoryBytes: 2 ** 31 })).toMatch(
    /^1 core, 2\.0 GiB memory/,
  );
  const card = { name: 'NVIDIA A10', memoryBytes: 24 * 1024 ** 3 };
  expect(
    machineText({ cores: 8, memoryBytes: 2 ** 35, gpus: [card, { ...card, memoryBytes: null }] }),
  ).toBe('8 cores, 32.0 GiB memory, NVIDIA A10 (24.0 GiB), NVIDIA A10');
});
