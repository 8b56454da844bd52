/**
 * A token out of Vault: a field of a secret that somebody put into KV, or one that Vault makes when it is
 * asked and takes back when its lease ends. https://developer.hashicorp.com/vault/api-docs
 */
import { readFile } from 'node:fs/promises';
import type { Clock } from '@bzzz/coordination';
import { BzzzError, reasonOf, type VaultConfig } from '@bzzz/protocol';
import { z } from 'zod';
import { systemClock } from '../../clock.ts';
import type { Lender, Obtained } from '../renewed.ts';
import { exchange, type VaultAnswer, type VaultRequest } from './exchange.ts';
import { createSession, parse } from './session.ts';

type Secret = VaultConfig['secret'];

/** What is lent by Vault, and by which of its own tokens: it ends with that one. */
interface Lease {
  readonly secret: Obtained;
  readonly by: string;
  readonly id: string;
  readonly renewable: boolean;
  readonly gotAtMs: number;
}

/** Saying goodbye may not hold up the end of a peer. */
const goodbyeMsMax = 2_000;

export function vaultLender(config: VaultConfig, clock: Clock = systemClock): Lender {
  const { auth, secret } = config;
  let lease: Lease | null = null;

  async function ask(request: VaultRequest): Promise<VaultAnswer> {
    return exchange({ ...config, ca: await caOf(config.caFile) }, request);
  }
  const session = createSession({ clock, ask }, auth);

  /** Vault's own token may have been revoked: then once more with another one. */
  async function read(
    path: string,
    signal: AbortSignal,
  ): Promise<{ answer: VaultAnswer; by: string }> {
    let by = await session.token(signal);
    let answer = await ask({ method: 'GET', path, token: by, signal });
    if (answer.status === 403) {
      const old = by;
      by = await session.another(signal);
      if (by !== old) answer = await ask({ method: 'GET', path, token: by, signal });
    }
    if (answer.status === 200) return { answer, by };
    const missing =
      answer.status === 404 ? ' (no such path, or its newest version is deleted)' : '';
    throw new BzzzError('vault_secret_refused', `${path} answers ${answer.errors}${missing}`);
  }

  async function readKv(
    { mount, path: below, field, rereadMs }: Extract<Secret, { kind: 'kv' }>,
    signal: AbortSignal,
  ): Promise<Obtained> {
    const path = `${mount}/data/${below}`;
    const { answer } = await read(path, signal);
    const { data } = parse(KvAnswer, answer, path).data;
    return { token: fieldOf(data, field, path), livesMs: null, renewAfterMs: rereadMs };
  }

  async function readDynamic(
    { path, field }: Extract<Secret, { kind: 'dynamic' }>,
    signal: AbortSignal,
  ): Promise<Lease> {
    const { answer, by } = await read(path, signal);
    const { data, ...given } = parse(DynamicAnswer, answer, path);
    return {
      secret: {
        token: fieldOf(data, field, path),
        livesMs: lifeOf(given.lease_duration, data, clock),
        permissions: Permissions.safeParse(data['permissions']).data ?? null,
      },
      by,
      id: given.lease_id,
      renewable: given.renewable && given.lease_id !== '',
      gotAtMs: clock.monotonicMs(),
    };
  }

  /** Null: it cannot be had for longer. */
  async function prolong(old: Lease, signal: AbortSignal): Promise<Lease | null> {
    const leftMs = leftOf(old, clock);
    const body = { lease_id: old.id };
    const path = 'sys/leases/renew';
    const answer = await ask({ method: 'POST', path, token: old.by, body, signal });
    if (answer.status !== 200) return null;
    const given = parse(RenewAnswer, answer, path);
    const livesMs = given.lease_duration * 1000;
    if (livesMs <= leftMs) return null;
    const { renewable } = given;
    return { ...old, secret: { ...old.secret, livesMs }, renewable, gotAtMs: clock.monotonicMs() };
  }

  async function borrow(
    dynamic: Extract<Secret, { kind: 'dynamic' }>,
    anew: boolean,
    signal: AbortSignal,
  ): Promise<Obtained> {
    const token = await session.token(signal);
    // What was lent by a token that has ended has ended with it.
    const old = anew || lease?.by !== token ? null : lease;
    lease = null;
    const isFresh = old !== null && leftOf(old, clock) > (old.secret.livesMs ?? 0) / 3;
    const mayProlong = old?.renewable === true && leftOf(old, clock) > 0;
    const prolonged = isFresh ? old : mayProlong ? await prolong(old, signal) : null;
    const next = prolonged ?? (await readDynamic(dynamic, signal));
    lease = next;
    const livesMs = next.secret.livesMs === null ? null : leftOf(next, clock);
    return { ...next.secret, livesMs };
  }

  return {
    from: `Vault at ${config.url} (${auth.method === 'token' ? 'a token' : `auth/${auth.mount}`})`,
    async obtain({ anew, signal }) {
      const obtained =
        secret.kind === 'kv' ? await readKv(secret, signal) : await borrow(secret, anew, signal);
      await session.served(signal);
      return bounded(obtained, secret.kind, session.livesMs());
    },
    giveBack: () => session.end(AbortSignal.timeout(goodbyeMsMax)),
  };
}

/** What was lent ends with Vault's own token, which has to be renewed in time as well. */
function bounded(obtained: Obtained, kind: 'kv' | 'dynamic', sessionMs: number | null): Obtained {
  if (sessionMs === null) return obtained;
  const livesMs =
    kind === 'kv' ? obtained.livesMs : Math.min(obtained.livesMs ?? sessionMs, sessionMs);
  const ownMs = obtained.renewAfterMs ?? ((livesMs ?? sessionMs) * 2) / 3;
  return { ...obtained, livesMs, renewAfterMs: Math.min(ownMs, (sessionMs * 2) / 3) };
}

function leftOf({ secret, gotAtMs }: Lease, clock: Clock): number {
  if (secret.livesMs === null) return Number.POSITIVE_INFINITY;
  return gotAtMs + secret.livesMs - clock.monotonicMs();
}

const KvAnswer = z.object({ data: z.object({ data: z.record(z.string(), z.unknown()) }) });
const DynamicAnswer = z.object({
  lease_id: z.string(),
  lease_duration: z.number().nonnegative(),
  renewable: z.boolean(),
  data: z.record(z.string(), z.unknown()),
});
const RenewAnswer = DynamicAnswer.pick({ lease_duration: true, renewable: true });
const Permissions = z.record(z.string(), z.string());

/** A plugin may give no lease and only say when GitHub ends the token. */
function lifeOf(seconds: number, data: Readonly<Record<string, unknown>>, clock: Clock) {
  if (seconds > 0) return seconds * 1000;
  const { expires_at: expiresAt } = data;
  const atMs = typeof expiresAt === 'string' ? Date.parse(expiresAt) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - clock.wallMs());
}

function fieldOf(data: Readonly<Record<string, unknown>>, field: string, path: string): string {
  const value = data[field];
  if (typeof value === 'string' && value !== '') return value;
  const fields = Object.keys(data).slice(0, 10).join(', ') || 'nothing';
  const reason = `${path} has no field \`${field}\` (it has: ${fields})`;
  throw new BzzzError('vault_secret_refused', reason);
}

async function caOf(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = `the file of its certificates cannot be read: ${reasonOf(error)}`;
    throw new BzzzError('vault_unreachable', reason, { cause: error });
  }
}
