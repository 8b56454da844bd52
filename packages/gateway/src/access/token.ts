import { createHash, randomBytes } from 'node:crypto';

/** 256 bits, marked so that people and scanners of secrets know what it is. */
export function newToken(): string {
  return `bzzz_${randomBytes(32).toString('base64url')}`;
}

/** What is kept of a token: it is random, so nobody finds it from its hash. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
