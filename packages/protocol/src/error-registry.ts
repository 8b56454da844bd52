/**
 * The error registry. Each code is stable for ever: it is never reused for another meaning.
 * docs/ERRORS.md is kept equal to this table by a test.
 */
import { coreErrors } from './errors-of/core.ts';
import { faceErrors } from './errors-of/faces.ts';
import { tokenErrors } from './errors-of/tokens.ts';
import { workErrors } from './errors-of/work.ts';

export type { ErrorSpec } from './errors-of/spec.ts';

export const errorRegistry = {
  ...coreErrors,
  ...workErrors,
  ...tokenErrors,
  ...faceErrors,
} as const;

export type ErrorCode = keyof typeof errorRegistry;
