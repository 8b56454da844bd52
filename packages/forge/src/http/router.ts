import type { Call, RouteCall } from './call.ts';
import type { Reply } from './reply.ts';

export type Handler = (call: RouteCall) => Reply | Promise<Reply>;

export interface Route {
  readonly method: string;
  /** `/repos/:owner/:repo/git/refs/*ref`: `:x` is one segment, `*x` the rest of the path. */
  readonly pattern: string;
  readonly handler: Handler;
}

/** The first route in the list that fits, bound to the call; null when none does. */
export function matchRoute(
  routes: readonly CompiledRoute[],
  call: Call,
): (() => ReturnType<Handler>) | null {
  const method = call.method === 'HEAD' ? 'GET' : call.method;
  for (const route of routes) {
    if (route.method !== method && route.method !== '*') continue;
    const groups = route.matcher.exec(call.path)?.groups;
    if (groups === undefined) continue;
    const param = (name: string): string => decode(groups[name] ?? '');
    return () => route.handler({ ...call, param });
  }
  return null;
}

export interface CompiledRoute extends Route {
  readonly matcher: RegExp;
}

export function compileRoutes(routes: readonly Route[]): CompiledRoute[] {
  return routes.map((route) => ({ ...route, matcher: compilePattern(route.pattern) }));
}

export function compilePattern(pattern: string): RegExp {
  const source = pattern
    .replaceAll('.', '\\.')
    .replace(/:(\w+)/g, '(?<$1>[^/]+)')
    .replace(/\*(\w+)/g, '(?<$1>.+)');
  return new RegExp(`^(?<_all>)${source}/?$`);
}

/** A path that is not valid percent-encoding names nothing that exists. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return '\0';
    throw error;
  }
}
