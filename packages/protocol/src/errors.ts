import { type ErrorCode, errorRegistry } from './error-registry.ts';

export { type ErrorCode, errorRegistry, type ErrorSpec } from './error-registry.ts';

/**
 * The one error class of bzzz. Callers branch on `code`, never on `message`.
 */
export class BzzzError extends Error {
  override readonly name = 'BzzzError';
  readonly code: ErrorCode;
  /** Why, in one sentence; safe to show to a person. */
  readonly reason: string;
  /** Not before so long does another try make sense; told by the forge. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    reason: string,
    options?: { cause?: unknown; retryAfterMs?: number },
  ) {
    super(`${code}: ${reason}`, options);
    this.code = code;
    this.reason = reason;
    this.retryAfterMs = options?.retryAfterMs;
  }

  get status(): number {
    return errorRegistry[this.code].status;
  }

  get retryable(): boolean {
    return errorRegistry[this.code].retryable;
  }

  get advice(): string {
    return errorRegistry[this.code].advice;
  }
}

/** Whether an unknown thrown value is ours with this code. */
export function isBzzzError(error: unknown, code?: ErrorCode): error is BzzzError {
  return error instanceof BzzzError && (code === undefined || error.code === code);
}

/** A sentence about any thrown value, for logs and reasons. */
export function reasonOf(error: unknown): string {
  if (error instanceof BzzzError) return error.reason;
  if (error instanceof Error) return error.message;
  return String(error);
}
