import { mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import { createAccounts } from './accounts.ts';
import type { Accounts } from './accounts.ts';
import { createAppFace, installApps } from './apps/apps.ts';
import { createEmulation } from './emulation.ts';
import type { Emulation } from './emulation.ts';
import { forgeError } from './errors.ts';
import { createFaults } from './faults/faults.ts';
import type { Faults } from './faults/faults.ts';
import { createGitHost } from './git/host.ts';
import { createGraphql } from './graphql/graphql.ts';
import { createAdmin } from './http/admin.ts';
import { createFront } from './http/front.ts';
import { createGitHttp } from './http/git-http.ts';
import { createRateMeter, defaultRateLimits } from './http/limits.ts';
import { createRest } from './http/rest.ts';
import { startServer } from './http/server.ts';
import type { Answer, FrontServer, RawRequest } from './http/server.ts';
import type { ForgeOptions } from './options.ts';
import { createRequestCounters } from './requests.ts';
import type { RequestCounters, RequestKind } from './requests.ts';
import { forgeRoutes } from './routes.ts';
import { seedInto } from './seed.ts';
import type { SeedRepository, SeedResult } from './seed.ts';
import { tablesOf } from './store/rows.ts';
import type { Tables } from './store/rows.ts';
import { lockData } from './store/data-lock.ts';
import { openStateLog } from './store/state-log.ts';
import type { StateLog } from './store/state-log.ts';
import { createStore } from './store/store.ts';
import type { Change, Store } from './store/store.ts';
import { syncWithRefs } from './tracker/pull-sync.ts';
import type { World } from './world.ts';

export interface Forge {
  /** The base of the REST API, `http://127.0.0.1:PORT`; GraphQL is at `<url>/graphql`. */
  readonly url: string;
  gitUrl(owner: string, repo: string): string;
  readonly faults: Faults;
  readonly requests: RequestCounters;
  /** Durable when it returns. */
  addUser(user: { readonly login: string; readonly token?: string }): Promise<void>;
  revokeToken(token: string): Promise<void>;
  /** Makes what is not there yet. Throws `forge_config` for unknown owners and authors. */
  seed(repository: SeedRepository): Promise<SeedResult>;
  /** Answers what is under way, writes the state, closes. Idempotent. */
  stop(): Promise<void>;
}

/** Starts a forge. Throws `forge_config`, `forge_state`, `forge_emulate`, or the error of listening. */
export async function createForge(options: ForgeOptions): Promise<Forge> {
  const host = options.host ?? '127.0.0.1';
  if (!isLoopback(host)) throw forgeError('forge_config', `host ${host} is not a loopback address`);
  const now = options.now ?? Date.now;
  const { store, log } = await openStore(path.join(options.dataDir, '.state'), now);
  const stopping = { delays: new AbortController(), git: new AbortController() };
  // The address must be known before the state speaks of it, so the server listens first.
  const ready = Promise.withResolvers<(raw: RawRequest) => Promise<Answer>>();
  let server: FrontServer;
  try {
    server = await startServer({
      host,
      port: options.port ?? 0,
      bodyBytesMax: options.bodyBytesMax ?? 256 * 1024 * 1024,
      answer: async (raw) => (await ready.promise)(raw),
      onDefect: (error) => options.logger?.error(`forge: ${describe(error)}`),
    });
  } catch (error) {
    await log.close();
    throw error;
  }
  const url = `http://${isIP(host) === 6 ? `[${host}]` : host}:${server.port}`;
  try {
    const made = await assemble({ options, store, log, url, now, stopping });
    ready.resolve(made.front);
    options.logger?.info(`forge at ${url}`);
    const { stopGraceMs = 5000 } = options;
    return publicFace(made, { url, server, log, stopping, stopGraceMs });
  } catch (error) {
    stopping.delays.abort();
    ready.reject(error);
    ready.promise.catch(() => undefined);
    await server.stop({ graceMs: 0, cut: () => stopping.git.abort() });
    await log.close();
    throw error;
  }
}

/** In stopping, delayed requests are cut off at once; git gets until the end of the grace. */
interface Stopping {
  readonly delays: AbortController;
  readonly git: AbortController;
}

interface Assembled {
  readonly world: World;
  readonly accounts: Accounts;
  readonly faults: Faults;
  readonly requests: RequestCounters;
  readonly front: (raw: RawRequest) => Promise<Answer>;
}

async function assemble(deps: {
  readonly options: ForgeOptions;
  readonly store: Store;
  readonly log: StateLog;
  readonly url: string;
  readonly now: () => number;
  readonly stopping: Stopping;
}): Promise<Assembled> {
  const { options, store, log, url, now, stopping } = deps;
  const tables: Tables = tablesOf(store);
  const emulation: Emulation = await createEmulation({ store, baseUrl: url });
  const git = createGitHost(options.dataDir);
  const world: World = {
    tables,
    emulation,
    git,
    baseUrl: url,
    now,
    notMerged: new Map(),
    synced: new Map(),
  };
  const accounts = createAccounts({ tables, emulation, now });
  for (const user of options.users ?? []) accounts.add(user);
  for (const repo of options.repos ?? []) await seedInto(world, accounts, repo);
  installApps(world, accounts, options.apps ?? []);
  await mendAfterCrash(world);
  await log.flush();

  const faults = createFaults({ seed: options.seed ?? 1, now });
  const requests = createRequestCounters();
  const meter = createRateMeter({ ...defaultRateLimits, ...options.limits }, now);
  const flush = (): Promise<void> => log.flush();
  const count = (account: string, kind: RequestKind): void => requests.count(account, kind);
  const shared = { world, meter, flush };
  const front = createFront({
    accounts,
    faults,
    signal: stopping.delays.signal,
    admin: createAdmin({ token: options.adminToken ?? null, faults, requests, accounts, flush }),
    apps: createAppFace({ world, accounts, apps: options.apps ?? [], flush }),
    rest: createRest({ ...shared, requests, routes: forgeRoutes(world, accounts, flush) }),
    graphql: createGraphql({ ...shared, requests }),
    git: createGitHttp({ ...shared, count, signal: stopping.git.signal }),
  });
  return { world, accounts, faults, requests, front };
}

function publicFace(
  made: Assembled,
  running: {
    readonly url: string;
    readonly server: FrontServer;
    readonly log: StateLog;
    readonly stopping: Stopping;
    readonly stopGraceMs: number;
  },
): Forge {
  const { world, accounts, faults, requests } = made;
  const { url, server, log, stopping } = running;
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.delays.abort();
    await server.stop({ graceMs: running.stopGraceMs, cut: () => stopping.git.abort() });
    await world.emulation.close();
    await log.close();
  };
  return {
    url,
    gitUrl: (owner, repo) => `${url}/${owner}/${repo}.git`,
    faults,
    requests,
    async addUser(user) {
      accounts.add(user);
      await log.flush();
    },
    async revokeToken(token) {
      accounts.revoke(token);
      await log.flush();
    },
    async seed(repository) {
      const result = await seedInto(world, accounts, repository);
      await log.flush();
      return result;
    },
    stop: () => (stopped ??= stop()),
  };
}

async function openStore(dir: string, now: () => number): Promise<{ store: Store; log: StateLog }> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const unlock = await lockData(dir);
  try {
    const loaded = await openStateLog(dir, { image: () => store.image() });
    const record = (change: Change): void => loaded.log.record(change);
    const store = createStore({ now, record });
    if (loaded.image !== null) store.load(loaded.image);
    for (const change of loaded.changes) store.apply(change);
    if (loaded.changes.length > 0) await loaded.log.compact();
    const close = async (): Promise<void> => {
      try {
        await loaded.log.close();
      } finally {
        await unlock();
      }
    };
    return { store, log: { ...loaded.log, close } };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** Refs are durable before rows: what a crash left between them is made up for here. */
async function mendAfterCrash(world: World): Promise<void> {
  for (const repo of world.tables.repos.all()) {
    await world.git.create(repo.full_name, repo.default_branch);
    const actor = world.tables.users.get(repo.owner_id);
    if (actor !== undefined) await syncWithRefs(world, repo, actor);
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
