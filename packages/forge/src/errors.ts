export type ForgeErrorCode = 'forge_state' | 'forge_config' | 'forge_emulate' | 'forge_git';

export class ForgeError extends Error {
  readonly code: ForgeErrorCode;
  constructor(code: ForgeErrorCode, reason: string, cause?: unknown) {
    super(`${code}: ${reason}`, { cause });
    this.code = code;
  }
}

/** A coded error of the forge itself; what a client of its API sees is a GitHubError. */
export function forgeError(code: ForgeErrorCode, reason: string, cause?: unknown): ForgeError {
  return new ForgeError(code, reason, cause);
}
