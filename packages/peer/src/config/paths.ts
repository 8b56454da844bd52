import { join, resolve } from 'node:path';

/** An absolute path: `~/` is the home folder, everything relative starts at `base`. */
export function resolvePath(path: string, from: { base: string; home: string }): string {
  if (path === '~') return from.home;
  if (path.startsWith('~/')) return join(from.home, path.slice(2));
  return resolve(from.base, path);
}
