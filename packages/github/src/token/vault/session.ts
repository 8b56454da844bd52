/**
 * A token of Vault's own, by which secrets are read: got by a login or from a file, renewed while Vault
 * allows it, got anew when not. https://developer.hashicorp.com/vault/api-docs/auth
 */
import { readFile } from 'node:fs/promises';
import type { Clock } from '@bzzz/coordination';
import { BzzzError, reasonOf, type VaultConfig } from '@bzzz/protocol';
import { z } from 'zod';
import { plainToken, tokenFromFile } from '../plain.ts';
import type { VaultAnswer, VaultRequest } from './exchange.ts';
import { createLoginRefusals } from './refusals.ts';

export interface VaultSession {
  /** Throws `vault_login_refused`, and what an exchange throws. */
  token(signal: AbortSignal): Promise<string>;
  /**
   * The present token was turned down: another one where that can help, since this one served before, so that it
   * may have been revoked, or is so old that its role may have got other rights. Else the same.
   */
  another(signal: AbortSignal): Promise<string>;
  /** The present token was not turned down. Gives back those that it replaced. */
  served(signal: AbortSignal): Promise<void>;
  /** How long the present one lives; null: for ever, or there is none. */
  livesMs(): number | null;
  /** Gives back what logins brought. */
  end(signal: AbortSignal): Promise<void>;
}

export interface SessionDeps {
  readonly clock: Clock;
  readonly ask: (request: VaultRequest) => Promise<VaultAnswer>;
}

type Auth = VaultConfig['auth'];

interface Lent {
  readonly token: string;
  readonly gotAtMs: number;
  /** Null: for ever. */
  readonly lifeMs: number | null;
  readonly renewable: boolean;
  readonly loggedInAtMs: number;
}

/** A token that was never any good is not replaced sooner: each login leaves one in Vault. */
const sameRightsMs = 600_000;
/** Saying goodbye may not hold up anything. */
const goodbyeMsMax = 2_000;

/** Below it is renewed: it must outlast a while in which Vault cannot be reached. */
const shareLeft = 1 / 3;

export function createSession({ clock, ask }: SessionDeps, auth: Auth): VaultSession {
  let lent: Lent | null = null;
  let hasServed = false;
  /** By it things may have been lent: kept until another one serves. */
  let replaced: string | null = null;
  const refusals = createLoginRefusals(clock);
  const ownFile =
    auth.method === 'token' ? tokenFromFile(auth.tokenFile, 'the Vault token file') : null;

  const leftMs = ({ gotAtMs, lifeMs }: Lent): number =>
    lifeMs === null ? Number.POSITIVE_INFINITY : gotAtMs + lifeMs - clock.monotonicMs();
  const isFresh = (one: Lent): boolean =>
    one.lifeMs === null || leftMs(one) > one.lifeMs * shareLeft;

  async function logIn(signal: AbortSignal): Promise<Lent> {
    if (auth.method === 'token') return lookUp(await ownToken(), signal);
    const login = await loginOf(auth);
    const { path } = login;
    refusals.check(login);
    const answer = await ask({ method: 'POST', ...login, signal });
    if (answer.status !== 200) throw refusals.refused(login, `${path} answers ${answer.errors}`);
    refusals.passed();
    return lentOf(answer, path, clock.monotonicMs());
  }

  /** One that a login brought makes room for the next. */
  async function replace(signal: AbortSignal): Promise<string> {
    const old = lent;
    lent = await logIn(signal);
    if (old !== null && ownFile === null && old.token !== lent.token) {
      if (replaced === null) replaced = old.token;
      else await revoke(old.token, signal);
    }
    hasServed = false;
    return lent.token;
  }

  /** It ends by itself where that fails. */
  async function revoke(token: string, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, AbortSignal.timeout(goodbyeMsMax)]);
    const request = { method: 'POST', path: 'auth/token/revoke-self', body: {} } as const;
    await ask({ ...request, token, signal: until }).catch(() => undefined);
  }

  /** A file of ours that cannot be used is for the operator to mend like a login that is refused. */
  async function ownToken(): Promise<string> {
    try {
      return (await ownFile?.get()) ?? '';
    } catch (error) {
      throw refused(reasonOf(error), error);
    }
  }

  /** What a file holds says nothing of how long it lives. */
  async function lookUp(token: string, signal: AbortSignal): Promise<Lent> {
    const answer = await ask({ method: 'GET', path: 'auth/token/lookup-self', token, signal });
    if (answer.status !== 200) throw refused(`auth/token/lookup-self answers ${answer.errors}`);
    const { ttl, renewable } = parse(LookupAnswer, answer, 'auth/token/lookup-self').data;
    const gotAtMs = clock.monotonicMs();
    return { token, gotAtMs, lifeMs: lifeOf(ttl), renewable, loggedInAtMs: gotAtMs };
  }

  async function renew(old: Lent, signal: AbortSignal): Promise<Lent | null> {
    const { token } = old;
    const path = 'auth/token/renew-self';
    const answer = await ask({ method: 'POST', path, token, body: {}, signal });
    if (answer.status !== 200) return null;
    const next = lentOf(answer, path, old.loggedInAtMs);
    // Near the end of what a role allows a token is renewed for ever shorter times: better a new one.
    const isShort = (next.lifeMs ?? Number.POSITIVE_INFINITY) < (old.lifeMs ?? 0) / 2;
    return ownFile === null && isShort ? null : next;
  }

  function lentOf(answer: VaultAnswer, path: string, loggedInAtMs: number): Lent {
    const { auth: given } = parse(AuthAnswer, answer, path);
    const token = plainToken(given.client_token, `what ${path} gives`);
    const lifeMs = lifeOf(given.lease_duration);
    const { renewable } = given;
    return { token, gotAtMs: clock.monotonicMs(), lifeMs, renewable, loggedInAtMs };
  }

  return {
    async token(signal) {
      // A file may hold another one by now.
      if (ownFile !== null && lent !== null && (await ownToken()) !== lent.token) lent = null;
      if (lent !== null && isFresh(lent)) return lent.token;
      const renewed =
        lent?.renewable === true && leftMs(lent) > 0 ? await renew(lent, signal) : null;
      if (renewed === null) return replace(signal);
      lent = renewed;
      return lent.token;
    },
    async another(signal) {
      const ageMs = lent === null ? sameRightsMs : clock.monotonicMs() - lent.loggedInAtMs;
      return lent === null || hasServed || ageMs >= sameRightsMs ? replace(signal) : lent.token;
    },
    async served(signal) {
      hasServed = true;
      const old = replaced;
      replaced = null;
      if (old !== null) await revoke(old, signal);
    },
    livesMs() {
      return lent === null || lent.lifeMs === null ? null : leftMs(lent);
    },
    async end(signal) {
      if (ownFile !== null) return;
      const tokens = [lent?.token ?? null, replaced].filter((token) => token !== null);
      lent = null;
      replaced = null;
      await Promise.all(tokens.map((token) => revoke(token, signal)));
    },
  };
}

async function loginOf(
  auth: Exclude<Auth, { method: 'token' }>,
): Promise<{ path: string; body: object }> {
  const path = `auth/${auth.mount}/login`;
  if (auth.method === 'kubernetes') {
    const jwt = await secretOf(auth.jwtFile, "the service account's token");
    return { path, body: { role: auth.role, jwt } };
  }
  const roleId = auth.roleId ?? (await secretOf(auth.roleIdFile ?? '', 'the file of the role id'));
  if (auth.secretIdFile === undefined) return { path, body: { role_id: roleId } };
  const secretId = await ownSecret(auth.secretIdFile, 'the file of the secret id');
  return { path, body: { role_id: roleId, secret_id: secretId } };
}

/** What Kubernetes mounts is readable by all of the pod, and a role id is no secret: no mode is asked for. */
async function secretOf(file: string, what: string): Promise<string> {
  try {
    return plainToken(await readFile(file, 'utf8'), `${what} ${file}`);
  } catch (error) {
    throw refused(`${what}: ${reasonOf(error)}`, error);
  }
}

async function ownSecret(file: string, what: string): Promise<string> {
  try {
    return await tokenFromFile(file, what).get();
  } catch (error) {
    throw refused(reasonOf(error), error);
  }
}

const AuthAnswer = z.object({
  auth: z.object({
    client_token: z.string(),
    lease_duration: z.number().nonnegative(),
    renewable: z.boolean(),
  }),
});
const LookupAnswer = z.object({
  data: z.object({ ttl: z.number().nonnegative(), renewable: z.boolean().default(false) }),
});

/** Seconds, where 0 is for ever. */
function lifeOf(seconds: number): number | null {
  return seconds === 0 ? null : seconds * 1000;
}

export function parse<S extends z.ZodType>(
  schema: S,
  { body }: VaultAnswer,
  path: string,
): z.output<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new BzzzError('vault_invalid_answer', `${path} answers in another form than Vault`);
}

function refused(reason: string, cause?: unknown): BzzzError {
  return new BzzzError('vault_login_refused', reason, { cause });
}
