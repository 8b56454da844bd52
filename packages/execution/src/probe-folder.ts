/** Folders for a look whether a sandbox works. Each bears the id of its process, so that one that was killed is known. */
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const name = /^bzzz-probe-(\d+)-[A-Za-z0-9]{6}$/;
/** A look takes seconds. In another container, with the same /tmp, a process that lives has no id here. */
const youngMs = 600_000;

export function makeProbeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), `bzzz-probe-${process.pid}-`));
}

/** Removes what processes left that are no more. What cannot be removed is somebody else's. */
export async function removeLeftProbes(nowMs = Date.now()): Promise<void> {
  for (const entry of await readdir(tmpdir()).catch(() => [])) {
    const [, pid] = name.exec(entry) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const folder = join(tmpdir(), entry);
    const facts = await lstat(folder).catch(() => null);
    if (facts === null || facts.uid !== process.geteuid?.()) continue;
    if (!facts.isDirectory() || nowMs - facts.mtimeMs < youngMs) continue;
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One of another user is alive.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
