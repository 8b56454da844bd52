/** Where peers stand in the picture. Few of them stand on a circle, many find their places by forces. */

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Up to so many a circle reads best. */
export const circleMax = 24;

/** Equal steps around a circle, the first at the top. */
export function circle(ids: readonly string[]): Map<string, Place> {
  const step = (2 * Math.PI) / Math.max(1, ids.length);
  return new Map(
    ids.map((id, at) => [id, { x: Math.sin(at * step), y: Math.cos(at * step) }] as const),
  );
}

/** A first place of its own for a peer among many, the same at every visit: on a sunflower's spiral. */
export function firstPlace(at: number): Place {
  const turn = at * Math.PI * (3 - Math.sqrt(5));
  const far = Math.sqrt(at + 0.5);
  return { x: Math.cos(turn) * far, y: Math.sin(turn) * far };
}

/** Radius of a peer's disc in pixels. */
export function discPx(count: number, narrow: boolean): number {
  if (count <= 12) return narrow ? 15 : 24;
  if (count <= 40) return 14;
  if (count <= 150) return 8;
  return 5;
}

interface Extent {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

interface Room {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly edgePx: number;
  /** Around a place: what may be drawn beside, above and below its middle. */
  readonly besidePx: number;
  readonly abovePx: number;
  readonly belowPx: number;
}

/** However small the box is, a picture of some size. */
const acrossPxMin = 40;

/**
 * The part of the plane that the picture shows, of the proportions of its box, so that all places have the room
 * that they may need. It goes by where they are and by what could stand there, not by what does: else everybody
 * would move whenever somebody takes up a task and its name becomes longer.
 */
export function frameOf(places: readonly Place[], room: Room): Extent {
  const { widthPx, heightPx, edgePx, besidePx, abovePx, belowPx } = room;
  const [west, east] = endsOf(places.map(({ x }) => x));
  const [south, north] = endsOf(places.map(({ y }) => y));
  const acrossPx = Math.max(acrossPxMin, widthPx - 2 * (edgePx + besidePx));
  const upPx = Math.max(acrossPxMin, heightPx - 2 * edgePx - abovePx - belowPx);
  // Of one alone, or of several in a line, a direction has no extent.
  const pxOfOne = Math.min(acrossPx / (east - west || 1), upPx / (north - south || 1));
  const middle = { x: (west + east) / 2, y: (south + north) / 2 };
  const half = { x: widthPx / 2 / pxOfOne, y: heightPx / 2 / pxOfOne };
  const lower = (belowPx - abovePx) / 2 / pxOfOne;
  return {
    x: [middle.x - half.x, middle.x + half.x],
    y: [middle.y - half.y - lower, middle.y + half.y - lower],
  };
}

function endsOf(values: readonly number[]): readonly [number, number] {
  return values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
}
