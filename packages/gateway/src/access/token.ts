import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits, marked so that people and scanners of secrets know what it is. */
export function newToken(): string {
  return `bzzz_${randomBytes(32).toString('base64url')}`;
}

/** What is kept of a token: it is random, so nobody finds it from its hash. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Takes as long wherever they differ. */
export function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
