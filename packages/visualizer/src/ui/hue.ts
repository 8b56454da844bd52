const hues = 8;

/** One of eight colours, always the same for the same peer. */
export function hueOf(id: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < id.length; at += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 16_777_619);
  }
  return (hash >>> 0) % hues;
}

/** Colours of peers that are seen together: each takes its own, or the next that fewer have. Up to eight all differ. */
export function huesOf(ids: readonly string[]): ReadonlyMap<string, number> {
  const taken = Array.from({ length: hues }, () => 0);
  const found = new Map<string, number>();
  for (const id of ids.toSorted()) {
    const least = Math.min(...taken);
    let hue = hueOf(id);
    while ((taken[hue] ?? 0) > least) hue = (hue + 1) % hues;
    taken[hue] = least + 1;
    found.set(id, hue);
  }
  return found;
}
