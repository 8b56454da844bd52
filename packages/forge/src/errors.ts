import { BzzzError } from '@bzzz/protocol';

/** A coded error of the forge itself; what a client of its API sees is a GitHubError. */
export function forgeError(
  code: 'forge_state' | 'forge_config' | 'forge_emulate' | 'forge_git',
  reason: string,
  cause?: unknown,
): BzzzError {
  return new BzzzError(code, reason, cause === undefined ? undefined : { cause });
}
