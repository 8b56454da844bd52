/**
 * Sessions of the page: a cookie that scripts cannot read, and a second secret that only the page has, without
 * which nothing is changed. In memory: after a restart people log in again.
 */
import { randomBytes } from 'node:crypto';

interface Session {
  /** The key is looked up again by it with every request. */
  readonly tokenSha256: string;
  readonly csrf: string;
}

export interface Sessions {
  open(tokenSha256: string): Session & { readonly id: string };
  /** Undefined: none, or not used for too long. */
  find(id: string): Session | undefined;
  close(id: string): void;
}

const sessionMsMax = 12 * 3_600_000;
const sessionsMax = 1_000;

export function createSessions(nowMs: () => number): Sessions {
  const open = new Map<string, Session & { usedAtMs: number }>();
  return {
    open(tokenSha256) {
      const id = randomBytes(32).toString('base64url');
      const csrf = randomBytes(32).toString('base64url');
      open.set(id, { tokenSha256, csrf, usedAtMs: nowMs() });
      const [longestUnused] = open.keys();
      if (open.size > sessionsMax && longestUnused !== undefined) open.delete(longestUnused);
      return { id, tokenSha256, csrf };
    },
    find(id) {
      const session = open.get(id);
      if (session === undefined) return undefined;
      open.delete(id);
      if (nowMs() - session.usedAtMs > sessionMsMax) return undefined;
      open.set(id, { ...session, usedAtMs: nowMs() });
      return session;
    },
    close: (id) => void open.delete(id),
  };
}
