/** What this machine is: told to the mesh and by `bzzz doctor`. */
import { availableParallelism, totalmem } from 'node:os';
import type { Machine } from '@bzzz/protocol';
import { findGpus } from './gpus.ts';

/** Memory is that of the machine, or what its container is limited to. */
export async function describeMachine(options: { signal?: AbortSignal } = {}): Promise<Machine> {
  const constrained = process.constrainedMemory();
  const memoryBytes = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
  return { cores: availableParallelism(), memoryBytes, gpus: await findGpus(options) };
}

/** `8 cores, 31.2 GiB memory, NVIDIA A10 (24.0 GiB)` */
export function machineText({ cores, memoryBytes, gpus }: Machine): string {
  const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  const cards = gpus.map(({ name, memoryBytes: own }) =>
    own === null ? name : `${name} (${gib(own)})`,
  );
  return [
    `${cores} ${cores === 1 ? 'core' : 'cores'}`,
    `${gib(memoryBytes)} memory`,
    ...cards,
  ].join(', ');
}
