/** The framing of git's wire protocol: gitprotocol-common(5), "pkt-line format". */

/** Ends a section of a message. */
export const delimiter = '0001';
/** Ends a message. */
export const flush = '0000';

export function pktLine(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;
}

/**
 * The lines of a message up to its flush packet, without their line breaks. Null: it breaks off, or is
 * no such message.
 */
export function parsePktLines(message: Buffer): string[] | null {
  const lines: string[] = [];
  let at = 0;
  while (at + 4 <= message.byteLength) {
    const head = message.toString('latin1', at, at + 4);
    if (head === flush) return lines;
    const size = /^[0-9a-f]{4}$/i.test(head) ? Number.parseInt(head, 16) : 0;
    if (size < 4 || at + size > message.byteLength) return null;
    lines.push(message.toString('utf8', at + 4, at + size).replace(/\n$/, ''));
    at += size;
  }
  return null;
}
