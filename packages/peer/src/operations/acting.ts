import type { Acting } from './operations.ts';

/** Of whoever asks what the journal names. */
export function actingOf({ by, user }: Acting): Acting {
  return { by, ...(user === undefined ? {} : { user }) };
}
