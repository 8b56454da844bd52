import { userInfo } from 'node:os';
import type { Environment } from '@bzzz/peer';

/** Who types, as the operating system calls him; with sudo, who he is without it. Undefined: it has no name for him. */
export function terminalUser(env: Environment): string | undefined {
  const before = env['SUDO_USER'];
  if (before !== undefined && before !== '') return before;
  try {
    return userInfo().username;
  } catch {
    // Containers run as numbers of which no list of users knows.
    return undefined;
  }
}
