/** What the judges of a result ran, as far as their verdicts tell. */
import type { VerdictStatement } from '@bzzz/protocol';

/**
 * By its hash, the most usual first. Where there are several, the policy of the base branch was changed between
 * two verdicts, and they are not about the same.
 */
export function acceptanceLines(
  statements: readonly Pick<VerdictStatement, 'acceptance'>[],
): string[] {
  const counts = new Map<string, number>();
  for (const { acceptance } of statements)
    counts.set(acceptance, (counts.get(acceptance) ?? 0) + 1);
  const [usual, ...others] = [...counts].sort(([, a], [, b]) => b - a).map(([hash]) => hash);
  if (usual === undefined) return [];
  const told = others.map((hash) => `others ran    ${hash}, not the same acceptance`);
  return [`they ran      ${usual}`, ...told];
}
