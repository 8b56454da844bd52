/** What a soak shows, in lines, and whether that is as it must be. */
import { lookNames } from './looks.ts';
import type { Soaked, SoakedPeer } from './soak.ts';
import { trendOf, trendText } from './trend.ts';

export interface SoakVerdict {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

/** What may come and go with the work, whatever the time. */
const slacks = { memoryMib: 8, files: 12, processes: 4, worktrees: 1 };
/** Below that the code is still being compiled, and memory says nothing. */
const MEMORY_MINUTES_MIN = 10;
/** Entries of an issue may differ by so much between the halves. */
const journalRatioMax = 1.25;
/** Issues of a half below which single ones weigh too much. */
const doneMin = 10;

export function verdictOf({ filed, done, peers }: Soaked, minutes: number): SoakVerdict {
  const lines = [`${done} of ${filed} issues done`];
  const problems = done === filed ? [] : [`${filed - done} issues were not done`];
  for (const peer of peers) {
    for (const name of lookNames) {
      const points = peer.looks.map((look) => ({ atMs: look.atMs, value: look[name] }));
      const trend = trendOf(points, slacks[name]);
      const line = `${peer.name}, ${trendText(name, trend)}; at rest ${short(peer.before[name])}, then ${short(peer.after[name])}`;
      lines.push(line);
      const isJudged = name !== 'memoryMib' || minutes >= MEMORY_MINUTES_MIN;
      if (isJudged && !trend.isSteady) problems.push(line);
    }
  }
  const journal = journalOf(peers);
  lines.push(journal.line);
  if (!journal.isBounded) problems.push(journal.line);
  return { lines, problems };
}

/** Journals are never cut: together they may grow with what was done, and not with time. */
function journalOf(peers: readonly SoakedPeer[]): { line: string; isBounded: boolean } {
  const at = (index: number) => {
    const counted = peers.flatMap(({ journal }) => journal[index] ?? []);
    const entries = counted.reduce((sum, one) => sum + one.entries, 0);
    return { entries, done: counted[0]?.done ?? 0 };
  };
  const [begin, half, end] = [at(0), at(1), at(2)];
  const [first, second] = [rate(begin, half), rate(half, end)];
  const isEnough = half.done >= doneMin && end.done - half.done >= doneMin;
  return {
    line: `journals: ${end.entries} entries; ${short(first)} an issue, later ${short(second)}`,
    isBounded: !isEnough || second <= journalRatioMax * first,
  };
}

type Counted = SoakedPeer['journal'][number];

function rate(from: Counted, to: Counted): number {
  return (to.entries - from.entries) / Math.max(1, to.done - from.done);
}

function short(value: number): number {
  return Number(value.toPrecision(4));
}
