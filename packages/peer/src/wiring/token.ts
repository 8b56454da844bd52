import type { TokenSource } from '@bzzz/github';
import type { Config } from '@bzzz/protocol';
import { tokenSourceOf } from '../forge/token.ts';
import type { Logger } from '../logger.ts';

/**
 * The token of a running peer, whose source says in the log when it begins to fail and when it does no more. Why it does
 * may be told in words of another machine: `bzzz status` shows them.
 */
export function lendToken(forge: Config['forge'], logger: Logger): TokenSource {
  return tokenSourceOf(forge, (error) => {
    if (error === null) logger.info('new tokens can be had again');
    else {
      logger.warn('no new token can be had', { code: error.code });
      logger.debug('why there is no new token', { reason: error.reason });
    }
  });
}
