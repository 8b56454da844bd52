/** Which key a token is of, and which keys a key may make. */
import { BzzzError } from '@bzzz/protocol';
import { type KeyAnswer, type KeyRequest, rolesOf, type Scope } from '@bzzz/protocol/api';
import { adminToken, adminTokenFile } from './admin-token.ts';
import { type KeyStore, openKeyStore } from './key-store.ts';
import { keptFile } from './kept-file.ts';
import { hashOf, newToken } from './token.ts';

export interface Key {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

export interface Keys {
  /** Undefined: of none. Throws `gateway_keys_unusable`. */
  of(token: string): Promise<Key | undefined>;
  /** The same by the hash of the token. */
  ofHash(tokenSha256: string): Promise<Key | undefined>;
  list(): Promise<KeyAnswer[]>;
  /** Throws `gateway_scope_missing` when it could do more than its maker, `gateway_key_taken`. */
  make(
    wanted: KeyRequest,
    maker: Key,
    createdAtMs: number,
  ): Promise<{ readonly key: KeyAnswer; readonly token: string }>;
  /** Throws `gateway_key_unknown`. */
  remove(name: string): Promise<void>;
}

/** The name that the peer's own token goes by; no other key may have it. */
const ownName = 'admin-token';

export interface KeysOptions {
  readonly dataDir: string;
  /** Wall clock. */
  readonly nowMs: () => number;
}

export function createKeys(
  { dataDir, nowMs }: KeysOptions,
  store: KeyStore = openKeyStore({ dataDir, nowMs }),
): Keys {
  const ownHash = keptFile(adminTokenFile(dataDir), {
    read: async () => hashOf(await adminToken(dataDir)),
    nowMs,
  });

  async function ofHash(tokenSha256: string): Promise<Key | undefined> {
    // Hashes are compared, so how long it takes tells nothing about a token.
    if (tokenSha256 === (await ownHash())) {
      return { name: ownName, scopes: rolesOf.admin };
    }
    return (await store.read()).find((key) => key.tokenSha256 === tokenSha256);
  }

  return {
    of: (token) => ofHash(hashOf(token)),
    ofHash,
    async list() {
      return (await store.read()).map(({ tokenSha256: _kept, ...shown }) => shown);
    },
    async make(wanted, maker, createdAtMs) {
      const { name } = wanted;
      const scopes = scopesOf(wanted);
      const role = 'role' in wanted ? wanted.role : null;
      const more = scopes.filter((scope) => !maker.scopes.includes(scope));
      if (more.length > 0) {
        throw new BzzzError(
          'gateway_scope_missing',
          `${maker.name} cannot give ${more.join(', ')}`,
        );
      }
      if (name === ownName) throw new BzzzError('gateway_key_taken', `${name} is the peer's own`);
      const token = newToken();
      const key = { name, scopes: [...new Set(scopes)], role, createdAtMs, by: maker.name };
      await store.add({ ...key, tokenSha256: hashOf(token) });
      return { key, token };
    },
    async remove(name) {
      if (!(await store.remove(name))) {
        throw new BzzzError('gateway_key_unknown', `there is no key ${name}`);
      }
    },
  };
}

/** What a key may do that is asked for so. */
export function scopesOf(wanted: KeyRequest): readonly Scope[] {
  return 'role' in wanted ? rolesOf[wanted.role] : wanted.scopes;
}
