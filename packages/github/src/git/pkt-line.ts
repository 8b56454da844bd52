/** The framing of git's wire protocol: gitprotocol-common(5), "pkt-line format". */

/** Ends a section of a message. */
export const delimiter = '0001';
/** Ends a message. */
export const flush = '0000';

export function pktLine(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;
}

/**
 * The packets of a message up to its flush packet; delimiters are left out. `whole` is false when it
 * breaks off before that, or is no such message; `rest` is what came of the packet that breaks off.
 */
export function parsePackets(message: Buffer): {
  readonly packets: readonly Buffer[];
  readonly whole: boolean;
  readonly rest: Buffer;
} {
  const packets: Buffer[] = [];
  let at = 0;
  while (at + 4 <= message.byteLength) {
    const head = message.toString('latin1', at, at + 4);
    if (head === flush) return { packets, whole: true, rest: Buffer.alloc(0) };
    const size = /^[0-9a-f]{4}$/i.test(head) ? Number.parseInt(head, 16) : 0;
    if (head !== delimiter) {
      if (size < 4 || at + size > message.byteLength) break;
      packets.push(message.subarray(at + 4, at + size));
    }
    at += head === delimiter ? 4 : size;
  }
  return { packets, whole: false, rest: message.subarray(at + 4) };
}

export function textOf(packet: Buffer): string {
  return packet.toString('utf8').replace(/\n$/, '');
}
