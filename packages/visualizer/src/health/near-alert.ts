/** Between a gauge that is red at once and an alert, which waits whether it lasts. Pure. */
import type { HealthAnswer } from '@bzzz/protocol/api';
import { measures } from './measures.ts';

/** What the machine is short of without an alert, in a sentence; null: of nothing. */
export function nearAlert(health: Pick<HealthAnswer, 'samples'> | null): string | null {
  const last = health?.samples.at(-1);
  if (last === undefined) return null;
  const short = measures.flatMap(({ name, of, scarce, text }) => {
    const value = of(last);
    return value !== null && value >= scarce ? [`${name} ${text(value)}`] : [];
  });
  if (short.length === 0) return null;
  return `No alert yet: ${short.join(', ')}, not for long enough to be one.`;
}
