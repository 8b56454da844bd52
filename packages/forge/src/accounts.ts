import { createHash } from 'node:crypto';
import { forgeError } from './errors.ts';
import type { Emulation } from './emulation.ts';
import type { Tables, UserRow } from './store/rows.ts';
import { findUser } from './tracker/access.ts';

interface NewToken {
  readonly login: string;
  readonly token?: string;
  /** Milliseconds since the epoch. */
  readonly expiresMs?: number;
}

/** Users and their tokens; several tokens may belong to one account. */
export interface Accounts {
  /** Makes the user if needed and lets the token speak for it, for a time where one is told. */
  add(user: NewToken): UserRow;
  revoke(token: string): void;
  /** All tokens of an account. */
  revokeOf(login: string): void;
  ofToken(token: string): UserRow | null;
  /** Tells tokens apart without showing them. */
  readerOf(token: string): string;
}

export function createAccounts(deps: {
  readonly tables: Tables;
  readonly emulation: Emulation;
  readonly now: () => number;
}): Accounts {
  const { tables, emulation, now } = deps;
  const hash = (token: string): string => createHash('sha256').update(token).digest('hex');
  return {
    add({ login, token, expiresMs }) {
      if (!/^[a-zA-Z0-9][a-zA-Z0-9-]{0,38}(\[bot\])?$/.test(login)) {
        throw forgeError(
          'forge_config',
          `${JSON.stringify(login)} is not a login that GitHub allows`,
        );
      }
      if (findUser(tables, login) === undefined) emulation.seed({ users: [{ login }] });
      const user = findUser(tables, login);
      if (user === undefined) throw forgeError('forge_emulate', `user ${login} was not made`);
      if (token !== undefined && tables.tokens.findOneBy('sha256', hash(token)) === undefined) {
        const until = expiresMs === undefined ? {} : { expires_ms: expiresMs };
        tables.tokens.insert({ sha256: hash(token), login: user.login, ...until });
      }
      return user;
    },
    revoke(token) {
      for (const row of tables.tokens.findBy('sha256', hash(token))) tables.tokens.delete(row.id);
    },
    revokeOf(login) {
      for (const row of tables.tokens.all()) if (row.login === login) tables.tokens.delete(row.id);
    },
    ofToken(token) {
      const row = tables.tokens.findOneBy('sha256', hash(token));
      if (row === undefined || (row.expires_ms ?? Number.POSITIVE_INFINITY) <= now()) return null;
      return findUser(tables, row.login) ?? null;
    },
    readerOf: (token) => hash(token).slice(0, 16),
  };
}

/** The token in an Authorization header: Bearer, token, or Basic with the token as password. */
export function tokenIn(authorization: string | undefined): string | null {
  if (authorization === undefined) return null;
  const [scheme, value] = authorization.split(/\s+/, 2);
  if (scheme === undefined || value === undefined) return '';
  if (/^(bearer|token)$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return '';
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const [name, password] = [text.slice(0, colon), text.slice(colon + 1)];
  return password === '' || password === 'x-oauth-basic' ? name : password;
}
