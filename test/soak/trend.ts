/**
 * Whether a figure that is looked at again and again is steady. The first half is for what has to warm up, such as compilers
 * and caches. Of the second half the later part may lie above the earlier one by no more than its noise, which is how far
 * its points are from the line through them.
 */
import { quantile } from '../bench/spread.ts';

export interface Point {
  readonly atMs: number;
  readonly value: number;
}

export interface Trend {
  readonly isSteady: boolean;
  /** Medians of the third and the fourth quarter. */
  readonly earlier: number;
  readonly later: number;
  /** How far the second half spreads around its slope, or what was allowed where that is more. */
  readonly noise: number;
  /** Of the second half, by least squares. */
  readonly slopePerHour: number;
}

const HOUR_MS = 3_600_000;

/** `slack` is what is noise in any case. Throws where there are too few points to say anything. */
export function trendOf(points: readonly Point[], slack: number): Trend {
  if (points.length < 8) throw new Error(`${points.length} looks say nothing of a trend`);
  const half = points.slice(Math.floor(points.length / 2));
  const middle = Math.floor(half.length / 2);
  const third = half.slice(0, middle).map(({ value }) => value);
  const fourth = half.slice(middle).map(({ value }) => value);
  const slope = slopeOf(half);
  const level = half.map(({ atMs, value }) => value - slope * atMs);
  const noise = Math.max(slack, quantile(0.9, level) - quantile(0.1, level));
  const [earlier, later] = [quantile(0.5, third), quantile(0.5, fourth)];
  return {
    isSteady: later - earlier <= noise,
    earlier,
    later,
    noise,
    slopePerHour: slope * HOUR_MS,
  };
}

function slopeOf(points: readonly Point[]): number {
  const mean = (of: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanMs, meanValue] = [mean(({ atMs }) => atMs), mean(({ value }) => value)];
  const covariance = mean(({ atMs, value }) => (atMs - meanMs) * (value - meanValue));
  return covariance / mean(({ atMs }) => (atMs - meanMs) ** 2);
}

export function trendText(name: string, trend: Trend): string {
  const [earlier, later, noise, slope] = [
    trend.earlier,
    trend.later,
    trend.noise,
    trend.slopePerHour,
  ].map((one) => Number(one.toPrecision(4)));
  const verdict = trend.isSteady ? 'steady' : 'GROWS';
  return `${name}: ${earlier}, later ${later}, noise ${noise}, slope ${slope} an hour: ${verdict}`;
}
