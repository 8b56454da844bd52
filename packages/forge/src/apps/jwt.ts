/** The assertion by which a GitHub App says who it is: a JSON web token (RFC 7519) signed by RS256. */
import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import { GitHubError } from '../http/reply.ts';

export interface KnownApp {
  readonly id: number;
  readonly clientId?: string;
  /** PEM. */
  readonly publicKey: string;
}

/** GitHub takes none that claims to be good for longer. */
const lifeSecondsMax = 600;
/** By how much clocks may differ. */
const leewaySeconds = 30;

const Header = z.object({ alg: z.literal('RS256') });
const Claims = z.object({
  iat: z.number(),
  exp: z.number(),
  iss: z.union([z.string(), z.number()]).transform(String),
});

/** The App that signed it. Throws 401 in GitHub's words. */
export function appOf<A extends KnownApp>(
  token: string | null,
  apps: readonly A[],
  nowMs: number,
): A {
  const [head = '', body = '', signature = '', ...rest] = (token ?? '').split('.');
  const header = Header.safeParse(jsonOf(head));
  const claims = Claims.safeParse(jsonOf(body));
  if (!header.success || !claims.success || rest.length > 0) {
    throw new GitHubError(401, 'A JSON web token could not be decoded');
  }
  const { iss, iat, exp } = claims.data;
  const app = apps.find(({ id, clientId }) => iss === String(id) || iss === clientId);
  if (app === undefined) throw new GitHubError(404, 'Integration not found');
  const signed = Buffer.from(`${head}.${body}`);
  const key = createPublicKey(app.publicKey);
  if (!verify('sha256', signed, key, Buffer.from(signature, 'base64url'))) {
    throw new GitHubError(401, 'A JSON web token could not be decoded');
  }
  const now = nowMs / 1000;
  if (iat > now + leewaySeconds) throw new GitHubError(401, wrongStart);
  if (exp > now + lifeSecondsMax + leewaySeconds) throw new GitHubError(401, tooLong);
  if (exp <= now) throw new GitHubError(401, wrongEnd);
  return app;
}

const wrongStart =
  "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
const tooLong = "'Expiration time' claim ('exp') is too far in the future";
const wrongEnd =
  "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
