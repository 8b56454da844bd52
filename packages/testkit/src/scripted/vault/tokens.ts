/** Tokens of Vault's own, and what is lent by them: all of it ends with the token that it was lent by. */
import { randomBytes } from 'node:crypto';

export interface TokenSpec {
  /** Seconds; 0: for ever. */
  readonly ttl: number;
  /** Seconds from its making beyond which it is not renewed; 0: none. */
  readonly maxTtl?: number;
  readonly renewable?: boolean;
  /** What may be read by it. */
  readonly paths: readonly string[];
}

export interface VaultToken extends Required<Omit<TokenSpec, 'paths'>> {
  paths: readonly string[];
  readonly id: string;
  readonly namespace: string;
  readonly madeAtMs: number;
  expiresAtMs: number;
}

export interface VaultLease {
  readonly id: string;
  readonly by: VaultToken;
  readonly renewable: boolean;
  /** Seconds. */
  readonly ttl: number;
  expiresAtMs: number;
  /** Tells whoever made the secret that it is over. */
  readonly revoke: () => void;
}

export interface TokenStore {
  make(spec: TokenSpec, namespace: string): VaultToken;
  /** Undefined: there is none, or it has ended. */
  find(id: string | undefined): VaultToken | undefined;
  /** Seconds that it now lives. */
  renew(token: VaultToken): number;
  revoke(id: string): void;
  lend(lease: Omit<VaultLease, 'id' | 'expiresAtMs'> & { readonly path: string }): VaultLease;
  lease(id: string): VaultLease | undefined;
  /** Seconds that it now lives. */
  prolong(lease: VaultLease): number;
  ids(): readonly string[];
}

const never = Number.POSITIVE_INFINITY;

export function createTokenStore(now: () => number): TokenStore {
  const tokens = new Map<string, VaultToken>();
  const leases = new Map<string, VaultLease>();

  function revoke(id: string): void {
    tokens.delete(id);
    for (const lease of leases.values()) if (lease.by.id === id) end(lease);
  }

  function end(lease: VaultLease): void {
    if (leases.delete(lease.id)) lease.revoke();
  }

  function sweep(): void {
    for (const lease of leases.values()) if (lease.expiresAtMs <= now()) end(lease);
    for (const token of tokens.values()) if (token.expiresAtMs <= now()) revoke(token.id);
  }

  return {
    make({ ttl, maxTtl = 0, renewable = true, paths }, namespace) {
      const id = `hvs.${randomBytes(18).toString('base64url')}`;
      const expiresAtMs = ttl === 0 ? never : now() + ttl * 1000;
      const made = { id, namespace, ttl, maxTtl, renewable, paths, madeAtMs: now(), expiresAtMs };
      tokens.set(id, made);
      return made;
    },
    find(id) {
      sweep();
      return tokens.get(id ?? '');
    },
    renew(token) {
      const bound = token.maxTtl === 0 ? never : token.madeAtMs + token.maxTtl * 1000;
      token.expiresAtMs = Math.min(bound, now() + token.ttl * 1000);
      return Math.floor((token.expiresAtMs - now()) / 1000);
    },
    revoke,
    lend({ path, ...spec }) {
      const id = `${path}/${randomBytes(12).toString('base64url')}`;
      const lease = { ...spec, id, expiresAtMs: now() + spec.ttl * 1000 };
      leases.set(id, lease);
      return lease;
    },
    lease(id) {
      sweep();
      return leases.get(id);
    },
    prolong(lease) {
      lease.expiresAtMs = Math.min(lease.by.expiresAtMs, now() + lease.ttl * 1000);
      return Math.floor((lease.expiresAtMs - now()) / 1000);
    },
    ids: () => [...tokens.keys()],
  };
}
