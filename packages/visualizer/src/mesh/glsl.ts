/** `#14181e`, or `#fff` as a build shortens it, as GLSL reads it. */
export function glslOf(hex: string): string {
  const short = /^#(.)(.)(.)$/.exec(hex);
  const pairs = short === null ? hex.slice(1).match(/../g) : short.slice(1).map((one) => one + one);
  const parts = [0, 1, 2].map((at) => Number.parseInt(pairs?.[at] ?? '', 16) / 255);
  return `vec3(${parts.map((part) => (Number.isFinite(part) ? part : 0).toFixed(4)).join(', ')})`;
}
