import { type Account, isBzzzError } from '@bzzz/protocol';
import { z } from 'zod';
import { TokenRefused } from '../credentials.ts';
import type { Rest } from './client.ts';
import type { Graphql } from './graphql.ts';
import { parseAnswer, UserAnswer } from './schemas.ts';

const ViewerAnswer = z.object({ viewer: UserAnswer });

/**
 * Whom the token belongs to. `GET /user` is closed to tokens of GitHub Apps (403); GraphQL tells it of those as
 * well: `<name of the app>[bot]`.
 */
export async function whoami(
  { rest, graphql }: { readonly rest: Rest; readonly graphql: Graphql },
  signal: AbortSignal,
): Promise<Account> {
  try {
    const answer = await rest.read({ route: 'GET /user', signal });
    return parseAnswer('user', UserAnswer, answer.data).login;
  } catch (error) {
    if (!isBzzzError(error, 'forge_unauthorized') || error.cause instanceof TokenRefused)
      throw error;
    const viewer = { what: 'viewer', query: 'query { viewer { login } }', variables: {} };
    // What this one throws says no less.
    const { viewer: user } = await graphql.ask({ ...viewer, data: ViewerAnswer }, signal);
    return user.login;
  }
}
