/**
 * Whether a figure that is looked at again and again is steady. The first half is for what has to warm up, such as compilers
 * and caches. Of the second half the later part may lie above the earlier one by no more than chance would put it there:
 * by a few standard errors of that difference, or by what was allowed in any case. Looks that follow each other are alike,
 * as memory rises until garbage is collected, so the error is taken from blocks of them and not from single ones.
 */
import { spreadOf } from '../bench/spread.ts';

export interface Point {
  readonly atMs: number;
  readonly value: number;
}

export interface Trend {
  readonly isSteady: boolean;
  /** Of the third and the fourth quarter: means of the medians of their blocks. */
  readonly earlier: number;
  readonly later: number;
  /** From the earlier to the later; more than this fails. */
  readonly allowed: number;
  /** The same as an hour would show it. */
  readonly allowedPerHour: number;
  /** Of the second half, by least squares. */
  readonly slopePerHour: number;
}

/** Eight of them are judged, each a block by itself. */
export const looksMin = 16;

const HOUR_MS = 3_600_000;
/** Even: the quarters have as many each. */
const BLOCKS_MAX = 16;
/** By chance alone one of a thousand steady figures is this far off, of few blocks one of three hundred. */
const ERRORS_MAX = 4;

/** `slack` is allowed in any case. Throws where there are too few points to say anything. */
export function trendOf(points: readonly Point[], slack: number): Trend {
  if (points.length < looksMin) throw new Error(`${points.length} looks say nothing of a trend`);
  const half = points.slice(Math.floor(points.length / 2));
  const blocks = blocksOf(half);
  const third = meanOf(blocks.slice(0, blocks.length / 2));
  const fourth = meanOf(blocks.slice(blocks.length / 2));
  const allowed = Math.max(slack, ERRORS_MAX * errorOf(blocks));
  return {
    isSteady: fourth.value - third.value <= allowed,
    earlier: third.value,
    later: fourth.value,
    allowed,
    allowedPerHour: (allowed * HOUR_MS) / (fourth.atMs - third.atMs),
    slopePerHour: slopeOf(half) * HOUR_MS,
  };
}

/** An even number of them, of as many points each but for one; a block stands at its middle, with its median. */
function blocksOf(points: readonly Point[]): Point[] {
  const count = Math.min(BLOCKS_MAX, 2 * Math.floor(points.length / 2));
  const at = (block: number): number => Math.floor((block * points.length) / count);
  return Array.from({ length: count }, (_, block) => {
    const own = points.slice(at(block), at(block + 1));
    const { median } = spreadOf(own.map(({ value }) => value));
    return { atMs: meanOf(own).atMs, value: median };
  });
}

/** Of the difference between the means of both halves of these: from how far each is off the line through them. */
function errorOf(blocks: readonly Point[]): number {
  const { length } = blocks;
  const slope = slopeOf(blocks);
  const mean = meanOf(blocks);
  const squares = blocks.map(
    ({ atMs, value }) => (value - mean.value - slope * (atMs - mean.atMs)) ** 2,
  );
  const variance = squares.reduce((sum, one) => sum + one, 0) / (length - 2);
  return 2 * Math.sqrt(variance / length);
}

function meanOf(points: readonly Point[]): Point {
  const mean = (of: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  return { atMs: mean(({ atMs }) => atMs), value: mean(({ value }) => value) };
}

function slopeOf(points: readonly Point[]): number {
  const mean = meanOf(points);
  let [products, squares] = [0, 0];
  for (const { atMs, value } of points) {
    products += (atMs - mean.atMs) * (value - mean.value);
    squares += (atMs - mean.atMs) ** 2;
  }
  return products / squares;
}

/** `notJudged`: why its verdict does not count. */
export function trendText(name: string, trend: Trend, notJudged?: string): string {
  const { earlier, later, allowed, allowedPerHour, slopePerHour } = trend;
  const rise = `rose by ${short(later - earlier)}, fails above ${short(allowed)} (${short(allowedPerHour)} an hour)`;
  const judged = trend.isSteady ? 'steady' : 'GROWS';
  const verdict = notJudged === undefined ? judged : `not judged: ${notJudged}`;
  return `${name}: ${short(earlier)}, later ${short(later)}, ${rise}, slope ${short(slopePerHour)} an hour: ${verdict}`;
}

export function short(value: number): number {
  return Number(value.toPrecision(4));
}
