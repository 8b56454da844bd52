/** Who may do what over HTTP. */
import { z } from 'zod';

/**
 * `view`: look at everything but what attempts print, which holds words of the repository and whatever a mask
 * of secrets does not know; `output`: that too; `submit`: file issues; `operate`: tell peers and tasks what to do; `admin`: make
 * and delete keys. A key has some of them.
 */
export const Scope = z.enum(['view', 'output', 'submit', 'operate', 'admin']);
export type Scope = z.infer<typeof Scope>;

/** Named sets of scopes. `node` is for the programs of another machine. */
export const Role = z.enum(['admin', 'operator', 'viewer', 'node']);
export type Role = z.infer<typeof Role>;

export const rolesOf: Readonly<Record<Role, readonly Scope[]>> = {
  admin: ['view', 'output', 'submit', 'operate', 'admin'],
  operator: ['view', 'output', 'submit', 'operate'],
  viewer: ['view'],
  node: ['view', 'submit'],
};

export const LoginRequest = z.strictObject({ token: z.string().min(1).max(200) });

/** Who asks, and what they may do. */
export const SessionAnswer = z.object({
  /** Name of the key. */
  key: z.string(),
  scopes: z.array(Scope),
  /** To be sent back as the header `x-bzzz-csrf` with every request that changes something; null: no session. */
  csrf: z.string().nullable(),
});
export type SessionAnswer = z.infer<typeof SessionAnswer>;

const KeyName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'not a name of a key');

/** With the scopes of a role, or with some of one's own choice. */
export const KeyRequest = z.union([
  z.strictObject({ name: KeyName, role: Role }),
  z.strictObject({ name: KeyName, scopes: z.array(Scope).min(1) }),
]);
export type KeyRequest = z.infer<typeof KeyRequest>;

export const KeyAnswer = z.object({
  name: KeyName,
  scopes: z.array(Scope),
  /** By whose name it was made; null: by scopes. */
  role: Role.nullable().default(null),
  createdAtMs: z.number(),
  /** Name of the key that made it; null: the peer itself. */
  by: z.string().nullable(),
});
export type KeyAnswer = z.infer<typeof KeyAnswer>;
export const KeysAnswer = z.object({ keys: z.array(KeyAnswer) });
/** The only time that the secret is told. */
export const NewKeyAnswer = KeyAnswer.extend({ token: z.string() });
