/**
 * Tokens of an installation of a GitHub App, which GitHub lends for an hour. Octokit's own auth-app signs the
 * request by the App's key, and does so again with GitHub's time where this machine's clock is off.
 */
import { createPrivateKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createAppAuth } from '@octokit/auth-app';
import { RequestError } from '@octokit/request-error';
import { Octokit } from '@octokit/rest';
import type { Clock } from '@bzzz/coordination';
import { BzzzError, type GithubAppConfig, limits, reasonOf } from '@bzzz/protocol';
import { z } from 'zod';
import { systemClock } from '../clock.ts';
import { unnamedWaitMs, waitOf } from '../rest/told-wait.ts';
import type { Lender, Obtained } from './renewed.ts';

const requestMsMax = 15_000;
/** Saying goodbye may not hold up the end of a peer. */
const goodbyeMsMax = 2_000;

/** Throws `app_key_unusable`, `app_refused`, `forge_unreachable` when it is asked. */
export function appLender(
  { apiUrl, app }: { readonly apiUrl: string; readonly app: GithubAppConfig },
  clock: Clock = systemClock,
): Lender {
  const options = {
    baseUrl: apiUrl.replace(/\/+$/, ''),
    userAgent: 'bzzz',
    log: silentLog,
    // The signature, and what it brings, are for this host alone.
    request: {
      fetch: (url: string, init: RequestInit) => fetch(url, { ...init, redirect: 'manual' }),
    },
  };
  let lent: string | null = null;
  return {
    from: `GitHub App ${app.id}, installation ${app.installationId}`,
    async obtain({ signal }) {
      const auth = { appId: app.id, privateKey: await privateKeyOf(app.privateKeyFile) };
      const octokit = new Octokit({
        ...options,
        authStrategy: createAppAuth,
        auth: { ...auth, log: silentLog },
      });
      const until = AbortSignal.any([signal, AbortSignal.timeout(requestMsMax)]);
      try {
        const answer = await octokit.request(route, {
          installation_id: app.installationId,
          request: { signal: until },
        });
        const obtained = obtainedOf(answer, clock);
        lent = obtained.token;
        return obtained;
      } catch (error) {
        if (signal.aborted) throw new BzzzError('aborted', 'cancelled', { cause: error });
        throw failureOf(error);
      }
    },
    async giveBack() {
      if (lent === null) return;
      const octokit = new Octokit({ ...options, auth: lent });
      lent = null;
      const request = { signal: AbortSignal.timeout(goodbyeMsMax) };
      // A forge that is away ends it by itself, an hour after it was lent.
      await octokit.request('DELETE /installation/token', { request }).catch(() => undefined);
    },
  };
}

const route = 'POST /app/installations/{installation_id}/access_tokens';

const TokenAnswer = z.object({
  token: z.string(),
  expires_at: z.iso.datetime({ offset: true }),
  permissions: z.record(z.string(), z.string()).nullish(),
});

function obtainedOf(
  { data, headers }: { readonly data: unknown; readonly headers: { readonly date?: string } },
  clock: Clock,
): Obtained {
  const parsed = TokenAnswer.safeParse(data);
  if (!parsed.success) {
    throw new BzzzError('forge_invalid_answer', 'what it answers holds no token');
  }
  const { token, expires_at: expiresAt, permissions = null } = parsed.data;
  // Both ends on the forge's clock, whatever ours says.
  const toldMs = Date.parse(headers.date ?? '');
  const nowMs = Number.isNaN(toldMs) ? clock.wallMs() : toldMs;
  return { token, livesMs: Math.max(0, Date.parse(expiresAt) - nowMs), permissions };
}

function failureOf(error: unknown): BzzzError {
  if (error instanceof BzzzError) return error;
  const status = error instanceof RequestError ? error.status : null;
  const answered = error instanceof RequestError && error.response !== undefined;
  const cause = answered ? error : innermost(error);
  const reason = reasonOf(cause).slice(0, limits.reasonCharsMax / 2);
  const waitMs = answered ? waitOf(error.response?.headers ?? {}) : undefined;
  if (!answered || status === null || status >= 500) {
    const wait = waitMs === undefined ? {} : { retryAfterMs: waitMs };
    const told = `no token was lent: ${reason}`;
    return new BzzzError('forge_unreachable', told, { cause: error, ...wait });
  }
  // A limit that is told by 403 names a time; a right that is missing does not.
  if (status === 429 || waitMs !== undefined) {
    const retryAfterMs = waitMs ?? unnamedWaitMs;
    return new BzzzError('forge_rate_limited', reason, { cause: error, retryAfterMs });
  }
  const missing = status === 404 ? ' (no such installation of this App)' : '';
  return new BzzzError('app_refused', `${status} ${reason}${missing}`, { cause: error });
}

/** Octokit and `fetch` have words of their own where nothing came back. */
function innermost(error: unknown): unknown {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return inner;
}

/** Its reason says nothing of what is in the file. */
async function privateKeyOf(file: string): Promise<string> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o027) !== 0) {
      const shown = (mode & 0o777).toString(8).padStart(4, '0');
      throw new Error(`it has mode ${shown}; give it 0600`);
    }
    const pem = await readFile(file, 'utf8');
    const key = keyOf(pem);
    if (key?.asymmetricKeyType !== 'rsa')
      throw new Error('it does not hold an RSA private key as PEM');
    return key.export({ type: 'pkcs8', format: 'pem' });
  } catch (error) {
    const reason = `the App's key ${file} cannot be used: ${reasonOf(error)}`;
    throw new BzzzError('app_key_unusable', reason, { cause: error });
  }
}

function keyOf(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    // OpenSSL's own words are of no help to anybody.
    return null;
  }
}

function silent(): void {}

const silentLog = { debug: silent, info: silent, warn: silent, error: silent };
