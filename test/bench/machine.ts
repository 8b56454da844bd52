import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';

/** Where and when it was measured: figures without this mean little. */
export interface Machine {
  readonly date: string;
  readonly node: string;
  readonly system: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  /** Of the temporary folder, in which everything is written. */
  readonly fileSystem: string;
  /** Mean number of runnable processes in the last minute, before the run. */
  readonly load: number;
}

const fileSystems = new Map([
  [0xef53, 'ext4'],
  [0x01021994, 'tmpfs: syncing costs nothing there'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x794c7630, 'overlay'],
]);

export async function describeMachine(): Promise<Machine> {
  const { type } = await statfs(tmpdir());
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    system: `${systemName()}, ${process.platform} ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    fileSystem: fileSystems.get(type) ?? `type 0x${type.toString(16)}`,
    load: Math.round(10 * (loadavg()[0] ?? 0)) / 10,
  };
}

function systemName(): string {
  if (process.platform !== 'linux') return process.platform;
  return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux';
}
