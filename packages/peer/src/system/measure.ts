/** Looks at this machine, each time since the look before. */
import { readFile, statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock, Sample } from '@bzzz/coordination';
import { nearestFolder } from './disk.ts';

export interface Measurer {
  look(): Promise<Sample>;
  stop(): void;
}

interface Counters {
  readonly atMs: number;
  readonly busyMs: number;
  readonly allMs: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

export function createMeasurer(
  { clock }: { readonly clock: Pick<Clock, 'monotonicMs'> },
  { dataDir }: { readonly dataDir: string },
): Measurer {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  let before = { ...cpuTimes(), receivedBytes: 0, sentBytes: 0, atMs: clock.monotonicMs() };
  let hasNetwork = false;

  return {
    async look() {
      const now: Counters = { ...cpuTimes(), ...(await networkBytes()), atMs: clock.monotonicMs() };
      const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1000);
      // Before the second look there is no rate.
      const rate = (bytes: number) => (hasNetwork ? Math.max(0, bytes) / seconds : 0);
      const sample = {
        cpu: share(now.busyMs - before.busyMs, now.allMs - before.allMs),
        memory: await memoryUsed(),
        disk: await diskUsed(dataDir),
        // It measures its own resolution too.
        lagMs: Math.max(0, delay.max / 1e6 - 20),
        receivedBytesPerS: rate(now.receivedBytes - before.receivedBytes),
        sentBytesPerS: rate(now.sentBytes - before.sentBytes),
      };
      before = now;
      hasNetwork = true;
      delay.reset();
      return sample;
    },
    stop: () => void delay.disable(),
  };
}

function cpuTimes() {
  let busyMs = 0;
  let allMs = 0;
  for (const { times } of cpus()) {
    const { user, nice, sys, idle, irq } = times;
    busyMs += user + nice + sys + irq;
    allMs += user + nice + sys + irq + idle;
  }
  return { busyMs, allMs };
}

/** What the kernel could still hand out counts as free; so does what its container may take. */
async function memoryUsed(): Promise<number> {
  const limitBytes = process.constrainedMemory();
  if (limitBytes > 0 && limitBytes < totalmem()) {
    return share(limitBytes - process.availableMemory(), limitBytes);
  }
  const said = /^MemAvailable: +(\d+) kB$/m.exec(await textOf('/proc/meminfo'))?.[1];
  const freeBytes = said === undefined ? freemem() : Number(said) * 1024;
  return share(totalmem() - freeBytes, totalmem());
}

/** Null: the disk does not answer. */
async function diskUsed(dataDir: string): Promise<number | null> {
  try {
    const { blocks, bavail } = await statfs(await nearestFolder(dataDir));
    return share(blocks - bavail, blocks);
  } catch {
    return null;
  }
}

/** Of all interfaces but loopback. */
async function networkBytes() {
  let receivedBytes = 0;
  let sentBytes = 0;
  for (const line of (await textOf('/proc/net/dev')).split('\n')) {
    const [, name, rest] = /^\s*([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (rest === undefined || name === 'lo') continue;
    const counts = rest.split(/\s+/).map(Number);
    receivedBytes += counts[0] ?? 0;
    sentBytes += counts[8] ?? 0;
  }
  return { receivedBytes, sentBytes };
}

/** Empty on machines that have no such file. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}

function share(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
}
