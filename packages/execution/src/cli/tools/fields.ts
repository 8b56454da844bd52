/** Schemas that the tools share. A field that is not what it should be counts as absent. */
import { z } from 'zod';

export const Text = z.string().max(1_000_000).optional().catch(undefined);
export const Count = z.int().min(0).optional().catch(undefined);
export const Amount = z.number().min(0).optional().catch(undefined);

export const Some = z.array(z.unknown()).max(1_000).optional().catch(undefined);

/** Of Bun's engine, which sets aside room for its heap as if it were the only program. */
export const bunReservedBytes = 256 * 1024 ** 3;

/** The sum of what is known; undefined when nothing is. */
export function sum(...parts: readonly (number | undefined)[]): number | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, part) => total + part, 0);
}
