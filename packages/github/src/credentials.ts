import { isBzzzError } from '@bzzz/protocol';
import type { TokenSource } from './token-source.ts';

/**
 * Runs `work` with the current token. When the forge turns the token down (`forge_unauthorized`),
 * the source is asked once more, and `work` runs again if that gave another token.
 *
 * A 403 has the same code but a token that may not do something is seldom helped by another one:
 * the source then returns the same token, and nothing is tried twice.
 */
export async function withToken<T>(
  source: TokenSource,
  work: (token: string) => Promise<T>,
): Promise<T> {
  const token = await source.get();
  try {
    return await work(token);
  } catch (error) {
    if (!isBzzzError(error, 'forge_unauthorized')) throw error;
    const fresh = await source.get({ refused: token });
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
