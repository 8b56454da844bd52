import type { Clock, JournalLog, Stood } from '@bzzz/coordination';

/** Alerts are seldom: what stood before so many entries is raised anew, if it still stands. */
const entriesMax = 20_000;

/** What an earlier run raised and did not end, by the end of the own journal. */
export async function alertsThatStood(
  journal: Pick<JournalLog, 'length' | 'read'>,
  clock: Pick<Clock, 'wallMs' | 'monotonicMs'>,
): Promise<readonly Stood[]> {
  const standing = new Map<string, Stood>();
  const nowMs = clock.monotonicMs();
  const from = Math.max(0, journal.length() - entriesMax);
  for await (const { entry } of journal.read({ from })) {
    const { body, at } = entry;
    if (body.kind !== 'health.alert') continue;
    const { alert: measure, state, value } = body;
    const agoMs = Math.max(0, clock.wallMs() - at.wallMs);
    if (state === 'ended') standing.delete(measure);
    else standing.set(measure, { measure, value, sinceMs: nowMs - agoMs });
  }
  return [...standing.values()];
}
