/**
 * A clock that is wrong for one process. The kernel's time namespaces change monotonic clocks only, so this is a
 * library, libfaketime, that stands before the clocks of the C library. It leaves the monotonic one alone, as on a
 * machine whose clock was set.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const roots = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];
const name = 'libfaketimeMT.so.1';

/** The path of the library; undefined: it is not installed. */
export function skewLibrary(): string | undefined {
  const places = roots.filter(existsSync).flatMap((root) => {
    const folders = readdirSync(root, { withFileTypes: true }).filter((one) => one.isDirectory());
    return [root, ...folders.map((one) => join(root, one.name))];
  });
  return places.map((place) => join(place, 'faketime', name)).find(existsSync);
}

type Variables = Readonly<Record<string, string>>;

/** The environment of a process whose clock is so many seconds ahead, or behind. */
export function withSkew(env: Variables, library: string, seconds: number): Record<string, string> {
  const offset = `${seconds > 0 ? '+' : ''}${seconds}`;
  const before = env['LD_PRELOAD'] ?? '';
  return {
    ...env,
    LD_PRELOAD: before === '' ? library : `${library}:${before}`,
    FAKETIME: offset,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

export function isSkewed(env: Variables): boolean {
  return env['FAKETIME'] !== undefined;
}

/** With what else stands before its libraries. */
export function withoutSkew(env: Variables): Record<string, string> {
  const { LD_PRELOAD: libraries = '', ...rest } = env;
  const others = libraries.split(/[: ]/).filter((one) => one !== '' && basename(one) !== name);
  const ours = /^FAKETIME(?:_DONT_FAKE_MONOTONIC)?$/;
  const kept = Object.entries(rest).filter(([variable]) => !ours.test(variable));
  return {
    ...Object.fromEntries(kept),
    ...(others.length === 0 ? {} : { LD_PRELOAD: others.join(':') }),
  };
}
