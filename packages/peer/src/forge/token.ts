import { type TokenSource, tokenFromFile, tokenFromValue } from '@bzzz/github';
import { BzzzError, type Config } from '@bzzz/protocol';

/** Where the token comes from. Without one, every use of it throws `forge_unauthorized`. */
export function tokenSourceOf({ token, tokenFile }: Config['forge']): TokenSource {
  if (token !== undefined) return tokenFromValue(token);
  if (tokenFile !== undefined) return tokenFromFile(tokenFile);
  return {
    async get() {
      throw new BzzzError('forge_unauthorized', 'no token is configured');
    },
  };
}
