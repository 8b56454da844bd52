/** What a soak shows, in lines, and whether that is as it must be. */
import { journalGrowth } from './journal-growth.ts';
import { lookNames } from './looks.ts';
import type { Soaked, SoakedPeer } from './soak.ts';
import { looksMin, short, trendOf, trendText } from './trend.ts';

export interface SoakVerdict {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

/** What may come and go with the work, whatever the time. */
const slacks = { memoryMib: 8, files: 12, processes: 4, worktrees: 1 };
/** Below that the code is still being compiled, and memory says nothing. */
const MEMORY_MINUTES_MIN = 10;

export function verdictOf({ minutes, filed, done, journals, peers }: Soaked): SoakVerdict {
  const lines = [`${done} of ${filed} issues done`];
  const problems = done === filed ? [] : [`${filed - done} issues were not done`];
  for (const peer of peers) {
    for (const name of lookNames) {
      const { line, isProblem } = judged(peer, name, minutes);
      lines.push(line);
      if (isProblem) problems.push(line);
    }
    if (!peer.atRest) problems.push(`${peer.name} did not come to rest: ${restOf(peer)}`);
  }
  const journal = journalGrowth(journals);
  lines.push(journal.line);
  if (journal.isProblem) problems.push(journal.line);
  return { lines, problems };
}

type Figure = (typeof lookNames)[number];

function judged(
  { name, looks, before, after, atRest }: SoakedPeer,
  figure: Figure,
  minutes: number,
): { line: string; isProblem: boolean } {
  const ends = `before ${short(before[figure])}, ${atRest ? 'at rest' : 'NOT AT REST'} ${short(after[figure])}`;
  const told = `${name}, ${figure}`;
  if (looks.length < looksMin) {
    const line = `${told}: not judged: ${looks.length} looks, below ${looksMin}; ${ends}`;
    return { line, isProblem: false };
  }
  const points = looks.map((look) => ({ atMs: look.atMs, value: look[figure] }));
  const trend = trendOf(points, slacks[figure]);
  const isTooShort = figure === 'memoryMib' && minutes < MEMORY_MINUTES_MIN;
  const why = isTooShort ? `${short(minutes)} minutes, below ${MEMORY_MINUTES_MIN}` : undefined;
  return {
    line: `${trendText(told, trend, why)}; ${ends}`,
    isProblem: !isTooShort && !trend.isSteady,
  };
}

function restOf({ before, after }: SoakedPeer): string {
  return lookNames
    .filter((figure) => figure !== 'memoryMib')
    .map((figure) => `${figure} ${before[figure]} before, ${after[figure]} now`)
    .join('; ');
}
