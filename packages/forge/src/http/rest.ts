import { passOn } from '../emulation.ts';
import type { Struck } from '../faults/faults.ts';
import { restChange } from '../requests.ts';
import type { RequestTally } from '../requests.ts';
import { findRepo, may, permissionOf } from '../tracker/access.ts';
import type { World } from '../world.ts';
import type { Call } from './call.ts';
import { conditional } from './conditional.ts';
import type { RateMeter } from './limits.ts';
import { errorReply, forbidden, GitHubError, json, needsLogin, notFound } from './reply.ts';
import type { Reply } from './reply.ts';
import { compileRoutes, matchRoute } from './router.ts';
import type { Route } from './router.ts';

export interface RestDeps {
  readonly world: World;
  readonly routes: readonly Route[];
  readonly meter: RateMeter;
  readonly requests: Pick<RequestTally, 'count' | 'countChange'>;
  /** Makes what a request changed durable; a reply never leaves before. */
  readonly flush: () => Promise<void>;
}

/** Answers REST: rate limits around our routes, emulate behind them, ETags in front. */
export function createRest(deps: RestDeps): (call: Call, struck: Struck) => Promise<Reply> {
  const { world, meter, requests } = deps;
  const routes = compileRoutes([rateLimitRoute(meter), ...deps.routes, ...notServed]);

  const produce = async (call: Call): Promise<Reply> => {
    const route = matchRoute(routes, call);
    if (route !== null) return route();
    return await passOn(world.emulation, passable(world, call));
  };

  const answer = async (call: Call, struck: Struck): Promise<Reply> => {
    try {
      const fresh = (): Promise<Reply> => produce(call);
      return conditional(call, await (isWrite(call) ? fresh() : struck.read(fresh)));
    } catch (error) {
      return replyOf(error);
    }
  };

  return async (call, struck) => {
    const account = call.user?.login ?? 'anonymous';
    const write = isWrite(call);
    requests.count(account, write ? 'writes' : 'reads');
    if (write) requests.countChange(restChange(call));
    const free = call.path === '/rate_limit';
    try {
      if (!free) meter.enter(account, write);
    } catch (error) {
      if (error instanceof GitHubError) requests.count(account, 'limited');
      return withHeaders(replyOf(error), meter.headers(account));
    }
    let unchanged = false;
    let reply: Reply;
    try {
      reply = await answer(call, struck);
      unchanged = reply.status === 304;
    } finally {
      if (!free) meter.leave(account, unchanged);
    }
    if (unchanged) requests.count(account, 'notModified');
    // Also after an error: a handler may have changed rows before it threw.
    await deps.flush();
    return withHeaders(reply, {
      ...meter.headers(account),
      'x-github-media-type': 'github.v3; format=json',
    });
  };
}

/** emulate is freer with access than GitHub; what reaches it has been checked here. */
function passable(world: World, call: Call): Call {
  if (isWrite(call) && call.user === null) throw needsLogin();
  const [, owner, name, rest = ''] = /^\/repos\/([^/]+)\/([^/]+)(\/.*)?$/.exec(call.path) ?? [];
  if (owner === undefined || name === undefined) return call;
  const repo = findRepo(world.tables, owner, name);
  const { user } = call;
  if (repo === undefined || permissionOf(world.tables, repo, user) === null) throw notFound();
  const open = /^\/pulls\/\d+\/(reviews|comments)(\/|$)/.test(rest);
  if (isWrite(call) && !open && !may(world.tables, { repo, user }, 'push')) {
    throw forbidden('Must have write access to the repository.');
  }
  return { ...call, path: `/repos/${repo.full_name}${rest}` };
}

function isWrite(call: Pick<Call, 'method'>): boolean {
  return call.method !== 'GET' && call.method !== 'HEAD';
}

/** A GitHubError as its reply; anything else is a defect of ours and thrown on. */
export function replyOf(error: unknown): Reply {
  if (error instanceof GitHubError) return errorReply(error);
  throw error;
}

function withHeaders(reply: Reply, headers: Readonly<Record<string, string>>): Reply {
  return { ...reply, headers: { ...headers, ...reply.headers } };
}

function rateLimitRoute(meter: RateMeter): Route {
  return {
    method: 'GET',
    pattern: '/rate_limit',
    handler: (call) => {
      const core = meter.core(call.user?.login ?? 'anonymous');
      const other = (resource: string, limit: number): typeof core => ({
        ...core,
        limit,
        used: 0,
        remaining: limit,
        resource,
      });
      const resources = { core, search: other('search', 30), graphql: other('graphql', 5000) };
      return json(200, { resources, rate: core });
    },
  };
}

/**
 * Routes where emulate would answer from git data of its own, which is empty here, or take what
 * the forge's own routes then ignore: no answer is better than a wrong one.
 */
const notServed: Route[] = [
  '/orgs/*rest',
  '/app/*rest',
  '/applications/*rest',
  '/repos/:owner/:repo/hooks',
  '/repos/:owner/:repo/hooks/*rest',
  '/repos/:owner/:repo/milestones',
  '/repos/:owner/:repo/milestones/*rest',
  '/repos/:owner/:repo/git/*rest',
  '/repos/:owner/:repo/branches/*rest',
  '/repos/:owner/:repo/commits/*rest',
  '/repos/:owner/:repo/pulls/:number/update-branch',
  '/repos/:owner/:repo/tags',
  '/repos/:owner/:repo/readme',
  '/repos/:owner/:repo/languages',
  '/repos/:owner/:repo/contributors',
  '/repos/:owner/:repo/forks',
  '/repos/:owner/:repo/transfer',
  '/repos/:owner/:repo/releases',
  '/repos/:owner/:repo/releases/*rest',
  '/repos/:owner/:repo/check-runs',
  '/repos/:owner/:repo/check-runs/*rest',
  '/repos/:owner/:repo/check-suites',
  '/repos/:owner/:repo/check-suites/*rest',
  '/repos/:owner/:repo/actions/*rest',
  '/search/*rest',
  '/login/*rest',
  '/settings/*rest',
].map((pattern) => ({
  method: '*',
  pattern,
  handler: () => {
    throw new GitHubError(501, 'The embedded forge does not serve this route of GitHub.');
  },
}));
