/**
 * A clock that is wrong for one process. The kernel's time namespaces change monotonic clocks only, so this is a
 * library, libfaketime, that stands before the clocks of the C library. It leaves the monotonic one alone, as on a
 * machine whose clock was set.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const roots = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];
const name = join('faketime', 'libfaketimeMT.so.1');

/** The path of the library; undefined: it is not installed. */
export function skewLibrary(): string | undefined {
  const places = roots.filter(existsSync).flatMap((root) => {
    const folders = readdirSync(root, { withFileTypes: true }).filter((one) => one.isDirectory());
    return [root, ...folders.map((one) => join(root, one.name))];
  });
  return places.map((place) => join(place, name)).find(existsSync);
}

type Variables = Readonly<Record<string, string>>;

/** The environment of a process whose clock is so many seconds ahead, or behind. */
export function withSkew(env: Variables, library: string, seconds: number): Record<string, string> {
  const offset = `${seconds > 0 ? '+' : ''}${seconds}`;
  const set = { LD_PRELOAD: library, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  return { ...env, ...set };
}

export function withoutSkew(env: Variables): Record<string, string> {
  const ours = /^(?:LD_PRELOAD|FAKETIME|FAKETIME_DONT_FAKE_MONOTONIC)$/;
  return Object.fromEntries(Object.entries(env).filter(([variable]) => !ours.test(variable)));
}
