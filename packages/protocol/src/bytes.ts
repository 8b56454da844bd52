/** Hex, base64 and UTF-8 without Node, so that the same code runs in a browser. */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';

const encoder = new TextEncoder();
// A byte order mark is text like any other: what is read is exactly what was written.
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export { bytesToHex, hexToBytes };

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Throws TypeError on bytes that are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes);
}

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Throws DOMException on text that is not base64. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** A byte string in a schema, over whatever kind of buffer. */
export function byteString(bytesMax: number) {
  return z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.byteLength <= bytesMax,
    `bytes, at most ${bytesMax}`,
  );
}

/** What is signed: a domain, so that a signature counts for nothing else, and the content. */
export function signingBytesOf(domain: string, content: Uint8Array): Uint8Array {
  const head = utf8(`${domain}\n`);
  const bytes = new Uint8Array(head.byteLength + content.byteLength);
  bytes.set(head);
  bytes.set(content, head.byteLength);
  return bytes;
}
