/**
 * Loaded before the writer: sees the syncs that Node really asks the system for, whoever in the process wants
 * them, and prints each after it was done. `names FOLDER FILE/FILE` is what is on disk of a folder; of a file
 * `sync FILE BYTES` are its first bytes, and `held FILE BASE64` all of a small one, which may be written over.
 * A way to sync that is not seen here counts as none. At the sync whose number `BZZZ_KILL_AT` is, the process dies.
 */
import fs, { fstatSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const smallBytesMax = 4_096;
const killAt = Number(process.env['BZZZ_KILL_AT'] ?? 0);
let count = 0;

// Only the handles know their class.
const handle = await open('/dev/null');
const handles: Pick<FileHandle, 'sync' | 'datasync'> = Object.getPrototypeOf(handle);
await handle.close();
for (const name of ['sync', 'datasync'] as const) {
  const real = handles[name];
  handles[name] = async function (this: FileHandle) {
    const line = shown(this.fd);
    await real.call(this);
    print(line);
  };
}
for (const name of ['fsyncSync', 'fdatasyncSync'] as const) {
  const real = fs[name];
  fs[name] = (fd) => {
    const line = shown(fd);
    real(fd);
    print(line);
  };
}
syncBuiltinESMExports();

/** Looked at before the sync: what comes meanwhile may or may not be covered. */
function shown(fd: number): string {
  const path = readlinkSync(`/proc/self/fd/${fd}`);
  const info = fstatSync(fd);
  if (info.isDirectory()) return `names ${path} ${readdirSync(path).join('/')}`;
  if (info.size > smallBytesMax) return `sync ${path} ${info.size}`;
  return `held ${path} ${readFileSync(path).toString('base64')}`;
}

function print(line: string): void {
  writeSync(1, `${line}\n`);
  count += 1;
  if (count === killAt) process.kill(process.pid, 'SIGKILL');
}
