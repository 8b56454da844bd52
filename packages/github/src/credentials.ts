import { isBzzzError } from '@bzzz/protocol';
import type { TokenSource } from './token/source.ts';

/**
 * Cause of a `forge_unauthorized` where the forge does not know the token (401). A 403 has the same code,
 * but there the token is known and may not do something, which another one of the same source may not either.
 */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/**
 * Runs `work` with the current token. When the forge does not know the token, the source is asked once
 * more, and `work` runs again if that gave another one. The signal ends the waiting for a token.
 */
export async function withToken<T>(
  source: TokenSource,
  signal: AbortSignal,
  work: (token: string) => Promise<T>,
): Promise<T> {
  const token = await source.get({ signal });
  try {
    return await work(token);
  } catch (error) {
    if (!isBzzzError(error, 'forge_unauthorized')) throw error;
    if (!(error.cause instanceof TokenRefused)) throw error;
    const fresh = await source.get({ refused: token, signal });
    if (fresh === token) throw error;
    return await work(fresh);
  }
}

/** Takes a token out of text that is going to be shown. */
export function withoutToken(text: string, token: string): string {
  const basic = basicCredential(token);
  return text.replaceAll(token, '<token>').replaceAll(basic, '<token>');
}

/** The user name is not looked at by GitHub; this one works for every kind of token. */
export function basicCredential(token: string): string {
  return Buffer.from(`x-access-token:${token}`, 'utf8').toString('base64');
}
