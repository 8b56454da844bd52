/** Whether a token can be had, whom it belongs to, and whether it is good for the work. */
import type { TokenSource, TokenState } from '@bzzz/github';
import { isBzzzError } from '@bzzz/protocol';
import type { Check } from '@bzzz/protocol/api';
import { z } from 'zod';
import { exchange, refusal, type RestDeps } from '../forge/rest.ts';
import { span } from '../status/span.ts';
import { bad, good } from './checks.ts';

interface Options {
  readonly signal?: AbortSignal;
}

const need =
  'It needs to read and write contents, issues and pull requests (a classic token: scope `repo`).';

/** Of a token that is lent: whether its source gives one. Null: it stands in a file or in the configuration. */
export async function checkSource(token: TokenSource, options: Options): Promise<Check | null> {
  const name = 'token source';
  if (token.state === undefined) return null;
  const { from } = token.state();
  try {
    await token.get(options);
  } catch (error) {
    if (!isBzzzError(error) || error.code === 'aborted') throw error;
    return bad(name, error.reason, error.advice);
  }
  const { trouble, ...state } = token.state();
  const serves = state.expiresInMs === null ? '' : ` that serves for ${span(state.expiresInMs)}`;
  if (trouble !== null) {
    const detail = `${trouble.error.reason}; for ${span(trouble.forMs)}, with a token left${serves}`;
    return bad(name, detail, trouble.error.advice);
  }
  const lacks = lackingOf(state);
  if (lacks.length === 0) return good(name, `${from} gives a token${serves || ', without an end'}`);
  const advice =
    'Give the App these permissions, and accept them on the page of its installation: new tokens then have them.';
  return bad(name, `${from} gives a token that lacks ${lacks.join(', ')}`, advice);
}

/** By GitHub's names. */
const needed = { contents: 'write', issues: 'write', pull_requests: 'write' } as const;

function lackingOf({ permissions }: Pick<TokenState, 'permissions'>): string[] {
  if (permissions === null) return [];
  const lacking = Object.entries(needed).filter(([name, level]) => permissions[name] !== level);
  return lacking.map(([name, level]) => `${name}: ${level}`);
}

const User = z.object({ login: z.string() });
const Viewer = z.object({ data: z.object({ viewer: User }) });

export interface TokenFound {
  readonly check: Check;
  /** It is of a GitHub App: what it may do is not told with the repository. */
  readonly isApp: boolean;
}

export async function checkToken(deps: RestDeps, options: Options): Promise<TokenFound> {
  try {
    const answer = await exchange(deps, { method: 'GET', path: '/user', ...options });
    if (answer.status === 403) {
      const login = await viewerOf(deps, options);
      if (login !== null) return { check: good('token', `of ${login}`), isApp: true };
    }
    if (answer.status !== 200) {
      const { reason } = refusal(answer, 'the forge refuses it');
      return { check: bad('token', reason, `Make a new token. ${need}`), isApp: false };
    }
    const { login } = User.parse(answer.body);
    const scopes = answer.headers.get('x-oauth-scopes');
    const who = scopes ? `of ${login}, with scopes ${scopes}` : `of ${login}`;
    return { check: good('token', who), isApp: false };
  } catch (error) {
    if (!isBzzzError(error, 'forge_unauthorized')) throw error;
    const advice = `Set GITHUB_TOKEN_FILE or \`forge.tokenFile\`. ${need}`;
    return { check: bad('token', error.reason, advice), isApp: false };
  }
}

/** `GET /user` is closed to Apps. */
async function viewerOf(deps: RestDeps, options: Options): Promise<string | null> {
  const isEnterprise = deps.apiUrl.replace(/\/+$/, '').endsWith('/api/v3');
  const answer = await exchange(deps, {
    method: 'POST',
    path: isEnterprise ? '/../graphql' : '/graphql',
    body: { query: 'query { viewer { login } }' },
    ...options,
  });
  return Viewer.safeParse(answer.body).data?.data.viewer.login ?? null;
}
