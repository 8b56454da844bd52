/**
 * A clock that is wrong for one process. The kernel's time namespaces change monotonic clocks only, so
 * this is a library that stands before the C library's clocks. It leaves the monotonic one alone.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = '/usr/lib';
const name = 'faketime/libfaketimeMT.so.1';

/** The path of the library; undefined: it is not installed. */
export function skewLibrary(): string | undefined {
  const places = readdirSync(root, { withFileTypes: true }).filter((one) => one.isDirectory());
  for (const place of places) {
    const found = readdirSync(join(root, place.name)).includes('faketime');
    if (found) return join(root, place.name, name);
  }
  return undefined;
}

/** The environment of a process whose clock is so many seconds ahead. */
export function skewed(seconds: number): Readonly<Record<string, string>> {
  const library = skewLibrary();
  if (seconds === 0 || library === undefined) return {};
  const offset = `${seconds > 0 ? '+' : ''}${seconds}`;
  return { LD_PRELOAD: library, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}
