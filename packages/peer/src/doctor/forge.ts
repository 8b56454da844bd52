/** Whether the forge answers, whether its clock is ours, whether the token is good for the work. */
import type { TokenSource } from '@bzzz/github';
import { type Config, isBzzzError, reasonOf, type RepoName } from '@bzzz/protocol';
import { z } from 'zod';
import type { Check } from '@bzzz/protocol/api';
import { exchange, refusal, type RestAnswer, type RestDeps } from '../forge/rest.ts';
import { tokenSourceOf } from '../forge/token.ts';
import { bad, good } from './checks.ts';
import { checkSource, checkToken } from './token.ts';

/** Beyond it, leases and journals of many peers are hard to read side by side. */
const skewMsMax = 10_000;
const repositoriesMax = 10;

interface Options {
  readonly signal?: AbortSignal;
}

/**
 * Checks `forge`, `clock`, `token source` where the token is lent, `token`, and one `repository` for each that is
 * configured. `token`: that of the running peer.
 */
export async function checkForge(
  { forge, repositories }: Pick<Config, 'forge' | 'repositories'>,
  { token: live, ...options }: Options & { readonly token?: TokenSource | undefined } = {},
): Promise<Check[]> {
  const token = live ?? tokenSourceOf(forge);
  try {
    return await checkWith(token, { forge, repositories }, options);
  } finally {
    if (live === undefined) await token.close?.();
  }
}

async function checkWith(
  token: TokenSource,
  { forge, repositories }: Pick<Config, 'forge' | 'repositories'>,
  options: Options,
): Promise<Check[]> {
  const deps: RestDeps = { apiUrl: forge.apiUrl, token };
  const source = await checkSource(token, options);
  const beforeMs = Date.now();
  try {
    const answer = await exchange(deps, { method: 'GET', path: '/', anonymous: true, ...options });
    const nowMs = (beforeMs + Date.now()) / 2;
    const reachable = good('forge', `${forge.apiUrl} answers in ${Date.now() - beforeMs} ms`);
    const found = [reachable, checkClock(answer, nowMs), ...(source === null ? [] : [source])];
    // Without a token there is nothing more to ask.
    if (source?.ok === false && token.state?.().usable !== true) return found;
    const { check, isApp } = await checkToken(deps, options);
    if (!check.ok) return [...found, check];
    const rights = await checkRepositories(deps, repositories, { ...options, isApp });
    return [...found, check, ...rights];
  } catch (error) {
    if (isBzzzError(error, 'aborted')) throw error;
    const advice =
      'Look at `forge.apiUrl`, the network, and a proxy in between; nothing is lost meanwhile.';
    const away = bad('forge', `does not answer: ${reasonOf(error)}`, advice);
    return [away, ...(source === null ? [] : [source])];
  }
}

/** The forge's `Date` counts whole seconds. */
export function checkClock({ headers }: Pick<RestAnswer, 'headers'>, nowMs: number): Check {
  const theirsMs = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(theirsMs)) return good('clock', 'the forge does not tell the time');
  const skewMs = nowMs - (theirsMs + 500);
  const by = `${Math.abs(Math.round(skewMs / 1000))} s`;
  if (Math.abs(skewMs) <= skewMsMax) return good('clock', `within ${by} of the forge's`);
  const how = skewMs > 0 ? 'ahead of' : 'behind';
  const advice = 'Set the clock, best by NTP: `timedatectl set-ntp true`.';
  return bad('clock', `this machine's clock is ${by} ${how} the forge's`, advice);
}

interface RightsOptions extends Options {
  readonly isApp: boolean;
}

async function checkRepositories(
  deps: RestDeps,
  repositories: readonly RepoName[],
  options: RightsOptions,
): Promise<Check[]> {
  if (repositories.length === 0) {
    const advice = 'Set `repositories` in the configuration.';
    return [bad('repositories', 'none is configured, so there is nothing to work on', advice)];
  }
  const some = repositories.slice(0, repositoriesMax);
  return Promise.all(some.map((repo) => checkRepository(deps, repo, options)));
}

const Repository = z.object({
  permissions: z.object({ push: z.boolean() }).optional(),
  archived: z.boolean().default(false),
  has_issues: z.boolean().default(true),
});

async function checkRepository(
  deps: RestDeps,
  repo: RepoName,
  { isApp, ...options }: RightsOptions,
): Promise<Check> {
  const name = `repository ${repo}`;
  const answer = await exchange(deps, { method: 'GET', path: `/repos/${repo}`, ...options });
  if (answer.status !== 200) {
    const { reason } = refusal(answer, 'not to be had');
    return bad(name, reason, 'Look at its spelling; or the token may not see it.');
  }
  const facts = Repository.safeParse(answer.body).data;
  if (facts?.archived === true) return bad(name, 'is archived', 'Take it off `repositories`.');
  if (facts?.has_issues === false) return bad(name, 'has no issues', 'Switch them on.');
  // Of an App GitHub tells no rights here; they came with its token.
  if (!isApp && facts?.permissions?.push === false) {
    return bad(name, 'the account may not push', 'Add it as a collaborator with write access.');
  }
  return good(name, isApp ? 'can be read' : 'can be read and pushed to');
}
