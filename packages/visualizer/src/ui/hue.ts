/** One of eight colours, always the same for the same peer. */
export function hueOf(id: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < id.length; at += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 16_777_619);
  }
  return (hash >>> 0) % 8;
}
