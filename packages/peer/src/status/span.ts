/** A span of time for people: `850 ms`, `12 s`, `3 min`, `2 h`, `5 d`. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const steps: readonly (readonly [number, string])[] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ];
  const [size, unit] = steps.find(([size]) => ms >= size) ?? [1000, 's'];
  return `${Math.floor(ms / size)} ${unit}`;
}
