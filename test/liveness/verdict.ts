/** Whether figures of the preset `local` are what is promised of it on one machine. */
import type { LivenessResult } from './measure.ts';

/** In milliseconds: killed p99, and hanging or cut off p95. */
export const killedMax = 100;
export const silentMax = 500;
/** What we may take of it, where the kernel takes long to end a process: that is no fault of ours. */
const oursMax = 50;

export interface LivenessVerdict {
  /** Worth saying, whatever the outcome. */
  readonly notes: readonly string[];
  /** What makes the run a failure. */
  readonly complaints: readonly string[];
}

export function judge(result: LivenessResult): LivenessVerdict {
  const { hangMs, cutMs, cutsDenied } = result;
  const kills = judgeKills(result);
  const denied =
    cutsDenied === undefined ? [] : [`not measured: no cable could be cut: ${cutsDenied}`];
  return {
    notes: kills.notes,
    complaints: [
      ...kills.complaints,
      ...slowness('hanging', hangMs),
      ...slowness('cable cut', cutMs),
      ...denied,
      ...falseAlarms(result),
    ],
  };
}

/** A kernel explains only the kill that it was slow at, not another one. */
function judgeKills({ killMs, closedMs }: LivenessResult): LivenessVerdict {
  if (killMs.length === 0) return { notes: [], complaints: [] };
  const killed = shareOf(killMs, 0.99);
  if (killed < killedMax) {
    const text = `killed: p99 ${killed} ms, under ${killedMax} ms as promised`;
    return { notes: [text], complaints: [] };
  }
  const ours = killMs.map((ms, index) => ms - (closedMs[index] ?? 0));
  const late = ours.filter((ms, index) => ms >= oursMax && (killMs[index] ?? 0) >= killedMax);
  const kernel = shareOf(closedMs, 0.99);
  const missed = `killed: p99 ${killed} ms, promised are under ${killedMax} ms`;
  // As many as p99 leaves out may be late for whatever reason.
  if (late.length > killMs.length - Math.ceil(0.99 * killMs.length)) {
    const text = `${late.length} of ${killMs.length} kills took ${oursMax} ms or more beyond what the kernel took to end the process (p99 ${kernel} ms)`;
    return { notes: [], complaints: [`MISSED: ${missed}; ${text}`] };
  }
  const text = `the kernel itself took p99 ${kernel} ms to end these processes, and we under ${oursMax} ms more: this machine is too slow to show what is promised`;
  return { notes: [`MISSED, but explained: ${missed}; ${text}`], complaints: [] };
}

function slowness(what: string, values: readonly number[]): string[] {
  if (values.length === 0) return [];
  const ms = shareOf(values, 0.95);
  return ms < silentMax
    ? []
    : [`MISSED: ${what}: p95 ${ms} ms, promised are under ${silentMax} ms`];
}

/** A suspicion is one as much as a death: it was all others who had to clear it up. */
export function falseAlarms({
  falseSuspicions,
  falseDeaths,
}: Pick<LivenessResult, 'falseSuspicions' | 'falseDeaths'>): string[] {
  if (falseSuspicions + falseDeaths === 0) return [];
  return [`false alarms: ${falseSuspicions} suspicions and ${falseDeaths} deaths, must be none`];
}

export function shareOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}
