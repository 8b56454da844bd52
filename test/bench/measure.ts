/**
 * Runs one subject: all sides in the same process and the same minutes, a round of each in turn,
 * the order turned around every other round, so that a noisy machine disturbs all of them alike.
 */
import { createHash } from 'node:crypto';
import { type Counted, cpuTimeMs } from './cpu-time.ts';
import { type Figures, type Goal, type Reached, reached } from './goals.ts';
import { watchPeakMemory } from './peak-memory.ts';
import { noRivals, type Rivals } from './rivals.ts';
import { type Spread, spreadOf } from './spread.ts';
import type { Absent, Bench, Round, Side, Size, Spent, Subject } from './subject.ts';

interface SideResult {
  readonly side: string;
  /** Operations of one round: the median, where rounds differ. */
  readonly operations: number;
  readonly wallMs: Spread;
  readonly cpuMs: Spread;
  readonly wallUsPerOperation: Spread;
  readonly cpuUsPerOperation: Spread;
  readonly operationsPerSecond: Spread;
  readonly figures: Readonly<Record<string, Spread>>;
}

export interface Result {
  readonly subject: string;
  readonly measures: string;
  readonly beside: string;
  readonly operation: string;
  readonly seed: string;
  readonly size: Size;
  readonly sides: readonly SideResult[];
  /** Sides that did not run here, and why. */
  readonly absent: readonly Absent[];
  /** But for those that need an absent side. */
  readonly goals: readonly Reached[];
  /** Figures to be drawn over the sides. */
  readonly curves: readonly string[];
  /** SHA-256 over the answers of all measured rounds, of one side where all sides agree. */
  readonly hash: string;
}

interface Sample extends Spent {
  readonly operations: number;
  readonly answer: string;
  readonly figures: Readonly<Record<string, number>>;
}

/** Throws when answers differ that must be equal. */
export async function measure(
  subject: Subject,
  seed: string,
  size: Size,
  rivals: Rivals = noRivals,
): Promise<Result> {
  const bench = await subject.open(seed, size, rivals);
  try {
    const samples = await runRounds(bench, size, subject.countsChildren);
    assertEqualAnswers(subject, samples);
    const { name, measures, beside, operation } = subject;
    const { absent = [] } = bench;
    return {
      subject: name,
      measures,
      beside,
      operation,
      seed,
      size,
      sides: [...samples].map(([side, all]) => summarize(side.name, all)),
      absent,
      goals: reached(judged(subject.goals, absent), roundsOf(samples)),
      curves: subject.curves ?? [],
      hash: hashOf(subject, samples),
    };
  } finally {
    await bench.close();
  }
}

function judged(goals: readonly Goal[], absent: readonly Absent[]): Goal[] {
  const missing = new Set<string | null>(absent.map(({ side }) => side));
  return goals.filter(({ of, beside }) => !missing.has(of) && !missing.has(beside));
}

async function runRounds(
  bench: Bench,
  size: Size,
  countsChildren: boolean,
): Promise<Map<Side, Sample[]>> {
  const samples = new Map<Side, Sample[]>(bench.sides.map((side) => [side, []]));
  for (let round = 0; round < size.warmUpRounds + size.rounds; round += 1) {
    const order = round % 2 === 0 ? bench.sides : bench.sides.toReversed();
    for (const side of order) {
      const counted = { children: countsChildren, processes: side.processes ?? [] };
      const sample = await runRound(await side.prepare(round), counted);
      if (round >= size.warmUpRounds) samples.get(side)?.push(sample);
    }
  }
  return samples;
}

async function runRound(round: Round, counted: Counted): Promise<Sample> {
  const peakMib = watchPeakMemory();
  const cpuSoFarMs = () => cpuTimeMs(counted) + (round.othersCpuMs?.() ?? 0);
  const cpuStartMs = cpuSoFarMs();
  const startMs = performance.now();
  await round.work();
  const wallMs = performance.now() - startMs;
  const spent = { wallMs, cpuMs: cpuSoFarMs() - cpuStartMs };
  const peak = round.worksElsewhere === true ? null : peakMib();
  const answer = await round.answer();
  return {
    ...spent,
    answer,
    operations: round.operations(),
    figures: { ...(peak === null ? {} : { 'peak MiB': peak }), ...round.figures?.(spent) },
  };
}

function roundsOf(samples: ReadonlyMap<Side, readonly Sample[]>): Map<string, Figures[]> {
  const figuresOf = ({ wallMs, cpuMs, operations, figures }: Sample): Figures => ({
    ...figures,
    'wall time': wallMs / operations,
    'CPU time': cpuMs / operations,
    rate: (1_000 * operations) / wallMs,
  });
  return new Map([...samples].map(([side, all]) => [side.name, all.map(figuresOf)]));
}

function assertEqualAnswers(subject: Subject, samples: ReadonlyMap<Side, readonly Sample[]>): void {
  const answers = [...samples.values()].map((all) => all.map(({ answer }) => answer));
  const [first = []] = answers;
  const differ =
    subject.equal === 'sides'
      ? answers.some((all) => all.join() !== first.join())
      : answers.some((all) => new Set(all).size > 1);
  if (!differ) return;
  const told = [...samples].map(
    ([side, all]) => `${side.name}: ${all.map(({ answer }) => answer.slice(0, 12)).join(' ')}`,
  );
  throw new Error(`${subject.name}: answers differ\n${told.join('\n')}`);
}

function hashOf(subject: Subject, samples: ReadonlyMap<Side, readonly Sample[]>): string {
  const [first = []] = samples.values();
  const answers =
    subject.equal === 'sides'
      ? first.map(({ answer }) => answer)
      : [...samples.values()].map(([sample]) => sample?.answer);
  return createHash('sha256').update(answers.join('\n')).digest('hex');
}

function summarize(side: string, samples: readonly Sample[]): SideResult {
  const spread = (value: (sample: Sample) => number) => spreadOf(samples.map(value));
  const names = Object.keys(samples[0]?.figures ?? {});
  return {
    side,
    operations: spread(({ operations }) => operations).median,
    wallMs: spread(({ wallMs }) => wallMs),
    cpuMs: spread(({ cpuMs }) => cpuMs),
    wallUsPerOperation: spread(({ wallMs, operations }) => (1_000 * wallMs) / operations),
    cpuUsPerOperation: spread(({ cpuMs, operations }) => (1_000 * cpuMs) / operations),
    operationsPerSecond: spread(({ wallMs, operations }) => (1_000 * operations) / wallMs),
    figures: Object.fromEntries(
      names.map((name) => [name, spread(({ figures }) => figures[name] ?? Number.NaN)]),
    ),
  };
}
