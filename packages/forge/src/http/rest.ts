import { passOn } from '../emulation.ts';
import type { Struck } from '../faults/faults.ts';
import type { RequestKind } from '../requests.ts';
import type { World } from '../world.ts';
import type { Call } from './call.ts';
import { conditional } from './conditional.ts';
import type { RateMeter } from './limits.ts';
import { errorReply, GitHubError, json, needsLogin } from './reply.ts';
import type { Reply } from './reply.ts';
import { compileRoutes, matchRoute } from './router.ts';
import type { Route } from './router.ts';

export interface RestDeps {
  readonly world: World;
  readonly routes: readonly Route[];
  readonly meter: RateMeter;
  readonly count: (account: string, kind: RequestKind) => void;
  /** Makes what a request changed durable; a reply never leaves before. */
  readonly flush: () => Promise<void>;
}

/** Answers REST: rate limits around our routes, emulate behind them, ETags in front. */
export function createRest(deps: RestDeps): (call: Call, struck: Struck) => Promise<Reply> {
  const { world, meter } = deps;
  const routes = compileRoutes([rateLimitRoute(meter), ...deps.routes, ...notServed]);

  const produce = async (call: Call): Promise<Reply> => {
    const route = matchRoute(routes, call);
    if (route !== null) return route();
    if (isWrite(call) && call.user === null) throw needsLogin();
    return passOn(world.emulation, call);
  };

  return async (call, struck) => {
    const account = call.user?.login ?? 'anonymous';
    const write = isWrite(call);
    deps.count(account, write ? 'writes' : 'reads');
    const free = call.path === '/rate_limit';
    try {
      if (!free) meter.enter(account, write);
    } catch (error) {
      if (error instanceof GitHubError) deps.count(account, 'limited');
      return withHeaders(replyOf(error), meter.headers(account));
    }
    let reply: Reply;
    try {
      reply = await (write ? produce(call) : struck.read(() => produce(call)));
      reply = conditional(call, reply);
    } catch (error) {
      reply = replyOf(error);
    }
    if (reply.status === 304) deps.count(account, 'notModified');
    if (!free) meter.leave(account, reply.status === 304);
    // Also after an error: a handler may have changed rows before it threw.
    await deps.flush();
    return withHeaders(reply, {
      ...meter.headers(account),
      'x-github-media-type': 'github.v3; format=json',
    });
  };
}

export function isWrite(call: Pick<Call, 'method'>): boolean {
  return call.method !== 'GET' && call.method !== 'HEAD';
}

/** A GitHubError as its reply; anything else is a defect of ours and thrown on. */
export function replyOf(error: unknown): Reply {
  if (error instanceof GitHubError) return errorReply(error);
  throw error;
}

export function withHeaders(reply: Reply, headers: Readonly<Record<string, string>>): Reply {
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
 * Routes where emulate would answer from git data of its own, which is empty here: no answer is
 * better than a wrong one.
 */
const notServed: Route[] = [
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
  '/repos/:owner/:repo/check-suites',
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
