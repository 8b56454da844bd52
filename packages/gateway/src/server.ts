/** A peer over HTTP: plugins, who may, routes, in this order. */
import type { Logger, Operations } from '@bzzz/peer';
import { BzzzError, hostPortOf, limits, reasonOf } from '@bzzz/protocol';
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import fastify, { type FastifyReply } from 'fastify';
import {
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { adminToken } from './access/admin-token.ts';
import { createGuard } from './access/guard.ts';
import { createKeys } from './access/keys.ts';
import { createScraper } from './access/scraper.ts';
import { createSessions } from './access/sessions.ts';
import { errorOf, sendProblem } from './errors.ts';
import { openapi } from './openapi.ts';
import { addressOf, keepTarget, type TargetOptions } from './metrics/target.ts';
import { page, safeHeaders } from './page.ts';
import { takePlace } from './place.ts';
import { cluster } from './routes/cluster.ts';
import type { App } from './routes/context.ts';
import { keyRoutes } from './routes/keys.ts';
import { looks } from './routes/looks.ts';
import { metrics } from './routes/metrics.ts';
import { orders } from './routes/orders.ts';
import { quarantine } from './routes/quarantine.ts';
import { session } from './routes/session.ts';
import { events } from './stream/events.ts';

export interface GatewayOptions {
  /** `host:port`; port 0 takes any that is free. */
  readonly listen: string;
  /** The peer's folder, where the keys are. */
  readonly dataDir: string;
  /** Further names by which browsers may know this peer, such as that of a proxy before it. */
  readonly names: readonly string[];
  /** File of a token that opens `/metrics` and nothing else; absent: only keys do. */
  readonly metricsTokenFile?: string | undefined;
  /** Where Prometheus is to find it; absent: that is told nowhere. */
  readonly target?: TargetOptions | undefined;
  /** Folder of the built page; null: none is served. */
  readonly pageDir: string | null;
  /** Requests of one address in a minute. */
  readonly requestsMax?: number;
  /** Between two looks whether whoever reads a stream still may. Default 10,000. */
  readonly readmitMs?: number;
  /** Wall clock. */
  readonly nowMs: () => number;
}

/** Where a peer is shown, once it runs. */
export interface Gateway {
  /** Where it listens, as a root for links. */
  readonly url: string;
  /** Until then whoever asks is told `gateway_starting`. Once only. */
  serve(operations: Operations): Promise<void>;
  /** Ends streams too. Idempotent. */
  close(): Promise<void>;
}

/**
 * Takes the port, before the peer begins anything.
 * Throws `config_invalid`, `gateway_port_taken`, `gateway_unusable`, `peer_key_unsafe`,
 * `peer_folder_unusable`.
 */
export async function openGateway(
  { logger }: { readonly logger: Logger },
  options: GatewayOptions,
): Promise<Gateway> {
  // Made before anybody can ask, so that whoever starts the peer finds it.
  await adminToken(options.dataDir);
  const place = await takePlace(options.listen);
  const closing = new AbortController();
  let app: App | undefined;
  let target: { stop(): Promise<void> } | undefined;
  let closed: Promise<void> | undefined;
  const close = async () => {
    closing.abort(new BzzzError('stopped', 'the peer is stopping'));
    await Promise.all([place.close(), app?.close(), target?.stop()]);
  };
  return {
    url: place.url,
    async serve(operations) {
      app = await appOf({ operations, logger }, options, closing.signal);
      // Before it is ready, its hooks would not run yet, the guard's neither.
      await app.ready();
      place.giveTo(app.server);
      if (options.target === undefined) return;
      const address = options.target.address ?? addressOf(place.url, options);
      target = keepTarget({ logger }, { ...options.target, address });
    },
    close: () => (closed ??= close()),
  };
}

interface AppDeps {
  readonly operations: Operations;
  readonly logger: Logger;
}

async function appOf(
  { operations, logger }: AppDeps,
  options: GatewayOptions,
  closing: AbortSignal,
): Promise<App> {
  const app: App = fastify({
    bodyLimit: limits.controlMessageBytesMax,
    routerOptions: { maxParamLength: 500 },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((thrown, request, reply) => {
    const error = errorOf(thrown);
    if (error.code === 'defect') {
      logger.error('a request could not be answered', { reason: reasonOf(thrown) });
    }
    // Node gives away the socket of an upgrade; of one that is refused nobody else would close it.
    if (request.headers.upgrade !== undefined) {
      reply.raw.once('finish', () => request.raw.socket.destroySoon());
    }
    return sendProblem(reply, error);
  });
  safeHeaders(app);

  const keys = createKeys(options);
  const sessions = createSessions(options.nowMs);
  const scraper = createScraper(
    { onTrouble: (reason) => logger.warn('the token of Prometheus cannot be used', { reason }) },
    { file: options.metricsTokenFile },
  );
  const guard = createGuard({ keys, sessions, scraper }, { names: namesOf(options) });
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request) => guard.assertOrigin(request));
  await app.register(cookie);
  await app.register(rateLimit, {
    // Not by route: those hooks run after the guard, so whoever has no key would never be counted.
    global: false,
    max: options.requestsMax ?? 1_200,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { ttl }) =>
      new BzzzError('gateway_rate_limited', 'too many requests', { retryAfterMs: ttl }),
  });
  const limited = app.rateLimit();
  app.addHook('onRequest', async (request, reply) => {
    // A route with a stricter limit of its own counts for itself.
    if (request.routeOptions.config.rateLimit === undefined)
      await limited.call(app, request, reply);
  });
  await app.register(websocket, { options: { maxPayload: 4 * 1024 } });
  await openapi(app);
  // Of whoever has no key not even the body is read.
  app.addHook('onRequest', async (request) => {
    const { scope = 'none', scraped = false } = request.routeOptions.config;
    if (scraped && (await guard.isScraper(request))) return;
    if (scope !== 'none') request.caller = await guard.admit(request, scope);
  });

  const signalOf = (reply: FastifyReply) => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort(new BzzzError('aborted', 'the client went away')));
    return AbortSignal.any([gone.signal, closing]);
  };
  const routeDeps = { operations, signalOf };
  looks(app, routeDeps);
  orders(app, routeDeps);
  quarantine(app, routeDeps);
  cluster(app, routeDeps);
  metrics(app, { operations, nowMs: options.nowMs });
  session(app, { keys, sessions, logger });
  keyRoutes(app, { keys, operations, nowMs: options.nowMs });
  events(app, { ...routeDeps, logger, guard, readmitMs: options.readmitMs ?? 10_000 });
  await page(app, { dir: options.pageDir });
  return app;
}

function namesOf({ listen, names }: GatewayOptions): ReadonlySet<string> {
  const host = hostPortOf(listen)?.host;
  return new Set([...names, ...(host === undefined ? [] : [host])].map((one) => one.toLowerCase()));
}
