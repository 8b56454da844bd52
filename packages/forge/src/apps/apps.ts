/**
 * GitHub Apps as far as a program needs them that works as one: who it is, where it is installed, and tokens
 * of an installation, which act as its bot and end after an hour, or when they are given back.
 */
import { randomBytes } from 'node:crypto';
import type { Accounts } from '../accounts.ts';
import { tokenIn } from '../accounts.ts';
import { forgeError } from '../errors.ts';
import type { Call } from '../http/call.ts';
import { userOf } from '../http/call.ts';
import { forbidden, GitHubError, json, noContent, notFound } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import { replyOf } from '../http/rest.ts';
import type { Route } from '../http/router.ts';
import type { RepoRow } from '../store/rows.ts';
import { isoSeconds } from '../store/store.ts';
import { findRepo, findUser } from '../tracker/access.ts';
import { formatUser } from '../tracker/format.ts';
import type { World } from '../world.ts';
import { appOf, type KnownApp } from './jwt.ts';

export interface ForgeApp extends KnownApp {
  /** Its bot is `<slug>[bot]`. */
  readonly slug: string;
  readonly installations: readonly {
    readonly id: number;
    /** Whose account it is installed at, and on which repositories of it. */
    readonly owner: string;
    readonly repositories: readonly string[];
    readonly suspended?: boolean;
  }[];
  /** Life of a token. Default: an hour, as GitHub's. */
  readonly tokenMs?: number;
}

const hourMs = 3_600_000;
/** What bzzz needs; an App asks for it when it is made. */
const permissions = {
  contents: 'write',
  issues: 'write',
  metadata: 'read',
  pull_requests: 'write',
  statuses: 'read',
  checks: 'read',
};

/** The bots of all Apps, and where they may push. Throws `forge_config` for a repository that is not there. */
export function installApps(world: World, accounts: Accounts, apps: readonly ForgeApp[]): void {
  const { tables } = world;
  for (const { slug, installations } of apps) {
    const bot = accounts.add({ login: `${slug}[bot]` });
    if (bot.type !== 'Bot') tables.users.update(bot.id, { type: 'Bot' });
    for (const one of installations) {
      for (const repo of reposOf(world, one)) {
        const known = tables.installations.findBy('repo_id', repo.id);
        if (known.some(({ user_id }) => user_id === bot.id)) continue;
        const row = { repo_id: repo.id, user_id: bot.id, permission: 'push' } as const;
        tables.installations.insert(row);
      }
    }
  }
}

/** What an App asks for itself, under `/app`: signed by its key, not by a token. */
export function createAppFace(deps: {
  readonly world: World;
  readonly accounts: Accounts;
  readonly apps: readonly ForgeApp[];
  readonly flush: () => Promise<void>;
}): (call: Call) => Promise<Reply> {
  const { world, accounts, apps, flush } = deps;
  const answer = async (call: Call): Promise<Reply> => {
    try {
      const app = appOf(tokenIn(call.headers['authorization']), apps, world.now());
      if (call.method === 'GET' && call.path === '/app') return json(200, appJson(world, app));
      const [, id, rest] = /^\/app\/installations\/(\d+)(\/access_tokens)?$/.exec(call.path) ?? [];
      const installation = app.installations.find((one) => String(one.id) === id);
      if (installation === undefined) throw notFound();
      if (call.method === 'GET' && rest === undefined) {
        return json(200, installationJson(world, app, installation));
      }
      if (call.method !== 'POST' || rest === undefined) throw notFound();
      if (installation.suspended === true) {
        throw forbidden('This installation has been suspended');
      }
      return await lend({ world, accounts, flush }, app);
    } catch (error) {
      return replyOf(error);
    }
  };
  return async (call) => {
    const reply = await answer(call);
    // The forge's own clock, which is not always that of the machine.
    const date = new Date(world.now()).toUTCString();
    return { ...reply, headers: { ...reply.headers, date } };
  };
}

/** What whoever has such a token asks with it. */
export function installationRoutes(world: World, accounts: Accounts): Route[] {
  return [
    {
      method: 'DELETE',
      pattern: '/installation/token',
      handler: (call) => {
        if (userOf(call).type !== 'Bot') throw forbidden(notForUsers);
        accounts.revoke(tokenIn(call.headers['authorization']) ?? '');
        return noContent();
      },
    },
    {
      method: 'GET',
      pattern: '/installation/repositories',
      handler: (call) => {
        const bot = userOf(call);
        if (bot.type !== 'Bot') throw forbidden(notForUsers);
        const names = world.tables.installations
          .all()
          .filter(({ user_id }) => user_id === bot.id)
          .flatMap(({ repo_id }) => world.tables.repos.get(repo_id) ?? [])
          .map(({ id, node_id, name, full_name }) => ({ id, node_id, name, full_name }));
        return json(200, { total_count: names.length, repositories: names });
      },
    },
  ];
}

const notForUsers = 'You must authenticate with an installation access token';

async function lend(
  deps: { readonly world: World; readonly accounts: Accounts; readonly flush: () => Promise<void> },
  app: ForgeApp,
): Promise<Reply> {
  const { world, accounts, flush } = deps;
  const token = `ghs_${randomBytes(27).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
  // Whole seconds, as it is told.
  const expiresMs = Math.floor((world.now() + (app.tokenMs ?? hourMs)) / 1000) * 1000;
  accounts.add({ login: `${app.slug}[bot]`, token, expiresMs });
  await flush();
  const told = { token, expires_at: isoSeconds(expiresMs), permissions };
  return json(201, { ...told, repository_selection: 'selected' });
}

function reposOf(
  world: World,
  { owner, repositories }: ForgeApp['installations'][number],
): RepoRow[] {
  return repositories.map((name) => {
    const repo = findRepo(world.tables, owner, name);
    if (repo !== undefined) return repo;
    throw forgeError('forge_config', `an App is installed on ${owner}/${name}, which is not there`);
  });
}

function appJson(world: World, app: ForgeApp): Record<string, unknown> {
  const [first] = app.installations;
  const owner = findUser(world.tables, first?.owner ?? `${app.slug}[bot]`);
  return {
    id: app.id,
    ...(app.clientId === undefined ? {} : { client_id: app.clientId }),
    slug: app.slug,
    node_id: Buffer.from(`03:App${app.id}`).toString('base64'),
    // Nobody in particular: whoever has it installed first.
    owner: owner === undefined ? null : formatUser(world, owner),
    name: app.slug,
    description: null,
    external_url: world.baseUrl,
    html_url: `${world.baseUrl}/apps/${app.slug}`,
    created_at: isoSeconds(0),
    updated_at: isoSeconds(0),
    permissions,
    events: [],
  };
}

function installationJson(
  world: World,
  app: ForgeApp,
  { id, owner, suspended = false }: ForgeApp['installations'][number],
): Record<string, unknown> {
  const account = findUser(world.tables, owner);
  if (account === undefined) throw new GitHubError(404, 'Not Found');
  return {
    id,
    account: formatUser(world, account),
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: 'User',
    repository_selection: 'selected',
    permissions,
    events: [],
    access_tokens_url: `${world.baseUrl}/app/installations/${id}/access_tokens`,
    repositories_url: `${world.baseUrl}/installation/repositories`,
    html_url: `${world.baseUrl}/settings/installations/${id}`,
    single_file_name: null,
    created_at: isoSeconds(0),
    updated_at: isoSeconds(0),
    suspended_by: null,
    suspended_at: suspended ? isoSeconds(0) : null,
  };
}
