import { availableParallelism, loadavg } from 'node:os';

/** CPU load of the machine a core, over the last minute. */
export function machineLoad(): number {
  const [lastMinute = 0] = loadavg();
  return Math.min(1000, lastMinute / availableParallelism());
}
