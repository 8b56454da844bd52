import { type ErrorCode, errorRegistry } from '@bzzz/protocol';
import type { Problem } from '@bzzz/protocol/api';

/** A problem with the advice that the error registry has for its code. */
export function ofCode(code: string, severity: Problem['severity'], text: string): Problem {
  const advice = isErrorCode(code) ? errorRegistry[code].advice : 'Look at `bzzz logs`.';
  return { code, severity, text, advice };
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorRegistry, code);
}
