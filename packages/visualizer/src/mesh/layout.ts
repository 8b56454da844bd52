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
