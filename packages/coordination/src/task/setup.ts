import type { Policy } from '@bzzz/protocol';
import type { SetupJob } from '../ports/index.ts';

/** What a workspace is told of the policy's `setup`. Undefined: it has none. */
export function setupOf({ setup, limits }: Policy): SetupJob | undefined {
  return setup && { ...setup, limits };
}
