/** The graphics cards of this machine, as the tools of their makers tell. A machine without any has no such tool. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type Gpu, reasonOf } from '@bzzz/protocol';

const run = promisify(execFile);

/** A driver that hangs must not hold up the peer. */
const timeoutMs = 5_000;
const gpusMax = 16;

/** `NVIDIA GeForce RTX 4090, 24564`: name, and memory in MiB. */
const nvidia = {
  program: 'nvidia-smi',
  args: ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'],
  read: (out: string): Gpu[] =>
    out
      .split('\n')
      .map((line) => /^(.+),\s*(\d+|\[.*\])\s*$/.exec(line))
      .flatMap((match) => (match === null ? [] : [gpuOf(match[1], Number(match[2]) * 1024 ** 2)])),
};

/** An object a card; the names of its fields changed their case between releases. */
const Cards = z.record(z.string(), z.record(z.string(), z.unknown()).catch({}));
const rocm = {
  program: 'rocm-smi',
  args: ['--showproductname', '--showmeminfo', 'vram', '--json'],
  read(out: string): Gpu[] {
    const cards = Cards.parse(JSON.parse(out.slice(Math.max(0, out.indexOf('{')))));
    return Object.entries(cards)
      .filter(([key]) => key.startsWith('card'))
      .map(([, card]) => {
        const field = (name: string) =>
          Object.entries(card).find(([key]) => key.toLowerCase() === name)?.[1];
        const name = field('card series') ?? field('card model') ?? field('device name');
        return gpuOf(name, Number(field('vram total memory (b)')));
      });
  },
};

/** A tool that is not there tells of no card. Throws what kept one that is there from telling. */
export async function findGpus(options: { signal?: AbortSignal } = {}): Promise<Gpu[]> {
  const found = await Promise.all(
    [nvidia, rocm].map(async ({ program, args, read }) => {
      try {
        const { stdout } = await run(program, args, { ...options, timeout: timeoutMs });
        return read(stdout);
      } catch (error) {
        options.signal?.throwIfAborted();
        if (codeOf(error) === 'ENOENT') return [];
        throw new Error(`${program}: ${reasonOf(error).split('\n')[0]}`, { cause: error });
      }
    }),
  );
  return found.flat().slice(0, gpusMax);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function gpuOf(name: unknown, memoryBytes: number): Gpu {
  const said = typeof name === 'string' ? name.trim().slice(0, 100) : '';
  const known = Number.isSafeInteger(memoryBytes) && memoryBytes > 0;
  return { name: said === '' ? 'unknown' : said, memoryBytes: known ? memoryBytes : null };
}
