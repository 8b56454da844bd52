import { expect, it } from 'vitest';
import { circle, frameOf, type Place } from '../src/mesh/layout.ts';

const room = { edgePx: 16, besidePx: 60, abovePx: 15, belowPx: 33 };

/** Where a place is drawn: the frame fills the box. */
function drawn(
  { x, y }: Place,
  { widthPx, heightPx }: typeof box,
  frame: ReturnType<typeof frameOf>,
) {
  return {
    left: ((x - frame.x[0]) / (frame.x[1] - frame.x[0])) * widthPx,
    top: ((frame.y[1] - y) / (frame.y[1] - frame.y[0])) * heightPx,
  };
}

const box = { widthPx: 360, heightPx: 320 };

it.each([1, 2, 3, 5, 12, 24])(
  'of %d peers each has the room for its label in the picture',
  (count) => {
    const ids = Array.from({ length: count }, (_, at) => `peer-${at}`);
    const places = [...circle(ids).values()];
    for (const size of [box, { widthPx: 700, heightPx: 420 }, { widthPx: 1, heightPx: 1 }]) {
      const frame = frameOf(places, { ...size, ...room });
      const aspect = (frame.x[1] - frame.x[0]) / (frame.y[1] - frame.y[0]);
      expect(aspect).toBeCloseTo(size.widthPx / size.heightPx);
      if (size.widthPx === 1) continue;
      for (const place of places) {
        const { left, top } = drawn(place, size, frame);
        expect(left).toBeGreaterThanOrEqual(room.edgePx + room.besidePx - 0.01);
        expect(left).toBeLessThanOrEqual(size.widthPx - room.edgePx - room.besidePx + 0.01);
        expect(top).toBeGreaterThanOrEqual(room.edgePx + room.abovePx - 0.01);
        expect(top).toBeLessThanOrEqual(size.heightPx - room.edgePx - room.belowPx + 0.01);
      }
    }
  },
);

it('nobody at all has a frame, too', () => {
  const { x, y } = frameOf([], { ...box, ...room });
  for (const end of [...x, ...y]) expect(Number.isFinite(end)).toBe(true);
});
