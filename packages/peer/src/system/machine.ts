/** What this machine is: told to the mesh and by `bzzz doctor`. */
import { availableParallelism, totalmem } from 'node:os';
import type { Gpu, Machine } from '@bzzz/protocol';

/** What it has besides graphics cards, of which only their tools know. */
export function describeMachine(gpus: readonly Gpu[]): Machine {
  return { cores: availableParallelism(), memoryBytes: memoryBytes(), gpus: [...gpus] };
}

/** Of the machine, or what its container is limited to. */
function memoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
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
