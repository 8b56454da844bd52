import {
  appLender,
  renewedToken,
  type TokenSource,
  tokenFromFile,
  tokenFromValue,
  vaultLender,
} from '@bzzz/github';
import { BzzzError, type Config } from '@bzzz/protocol';

/**
 * Where the token comes from. Without one, every use of it throws `forge_unauthorized`. `onTrouble`: a source
 * begins to fail, or (null) does no more.
 */
export function tokenSourceOf(
  { token, tokenFile, vault, app, apiUrl }: Config['forge'],
  onTrouble?: (error: BzzzError | null) => void,
): TokenSource {
  if (token !== undefined) return tokenFromValue(token);
  if (tokenFile !== undefined) return tokenFromFile(tokenFile);
  if (vault !== undefined) return renewedToken({ lender: vaultLender(vault), onTrouble });
  if (app !== undefined) return renewedToken({ lender: appLender({ apiUrl, app }), onTrouble });
  return {
    async get() {
      throw new BzzzError('forge_unauthorized', 'no token is configured');
    },
  };
}
