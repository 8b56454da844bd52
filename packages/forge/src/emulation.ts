import { createEmulator, defineEmulator } from 'emulate';
import type { EmulatorContext } from 'emulate';
import { forgeError } from './errors.ts';
import type { UserRow } from './store/rows.ts';
import type { Store } from './store/store.ts';
import type { Call } from './http/call.ts';
import type { Reply } from './http/reply.ts';

/**
 * emulate's GitHub, in process, over a store of ours. Its public `createEmulator` for GitHub keeps
 * its rows out of reach (no snapshot, no persistence), so the plugin itself is loaded from the
 * pinned version's bundle and registered on an emulator that is defined through the public API.
 */
export interface Emulation {
  /** Answers by emulate's own route, as this account; `path` with its query. */
  fetch(request: {
    readonly method: string;
    readonly path: string;
    readonly body?: Buffer;
    readonly user: UserRow | null;
  }): Promise<Reply>;
  /** Makes users and repositories that are not there yet. */
  seed(config: EmulateSeed): void;
  close(): Promise<void>;
}

interface EmulateSeed {
  readonly users?: readonly {
    readonly login: string;
    readonly name?: string;
    readonly email?: string;
  }[];
  readonly repos?: readonly {
    readonly owner: string;
    readonly name: string;
    readonly description?: string;
    readonly private?: boolean;
    readonly default_branch?: string;
    readonly auto_init: false;
  }[];
}

type App = EmulatorContext<object>['app'];
type RegisterRoute = (path: string, ...handlers: Parameters<App['on']>[2][]) => void;

interface GitHubPlugin {
  readonly githubPlugin: {
    register(app: unknown, store: Store, webhooks: unknown, baseUrl: string, tokens: unknown): void;
  };
  seedFromConfig(store: Store, baseUrl: string, config: EmulateSeed): void;
}

/** The file of the GitHub plugin in emulate 0.12.2; a test holds name and version together. */
const pluginFile = 'dist-DWLNEG6M.js';
const loginHeader = 'x-bzzz-login';

/** Throws `forge_emulate` when the installed emulate is not the one this was written for. */
export async function createEmulation(deps: {
  readonly store: Store;
  readonly baseUrl: string;
}): Promise<Emulation> {
  const plugin = await loadPlugin();
  const definition = defineEmulator({
    name: 'github',
    state: () => ({}),
    cors: false,
    setup({ app, webhooks, baseUrl }) {
      app.use(async (context, next) => {
        const login = context.req.header(loginHeader);
        if (login !== undefined) {
          const id = Number(context.req.header(`${loginHeader}-id`));
          context.set('authUser', { login, id, scopes: ['repo', 'user'] });
        }
        await next();
      });
      app.onError((error, context) => {
        const status = statusOf(error);
        const message = error instanceof Error ? error.message : 'Server Error';
        return context.json(errorBody(status, message), status);
      });
      app.notFound((context) => context.json(errorBody(404, 'Not Found'), 404));
      plugin.githubPlugin.register(withoutReserved(app), deps.store, webhooks, baseUrl, new Map());
    },
  });
  const runtime = await createEmulator({
    service: definition,
    listen: false,
    baseUrl: deps.baseUrl,
  });
  return {
    async fetch(request) {
      const response = await runtime.request(request.path, {
        method: request.method,
        headers: {
          'content-type': 'application/json',
          ...(request.user === null
            ? {}
            : {
                [loginHeader]: request.user.login,
                [`${loginHeader}-id`]: String(request.user.id),
              }),
        },
        ...(request.body === undefined || request.body.length === 0
          ? {}
          : { body: new Uint8Array(request.body) }),
      });
      return {
        status: response.status,
        headers: keptHeaders(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      };
    },
    seed: (config) => plugin.seedFromConfig(deps.store, deps.baseUrl, config),
    close: () => runtime.close(),
  };
}

/** Passes a call on to emulate unchanged. */
export function passOn(emulation: Emulation, call: Call): Promise<Reply> {
  const query = call.query.toString();
  return emulation.fetch({
    method: call.method,
    path: query === '' ? call.path : `${call.path}?${query}`,
    body: call.body,
    user: call.user,
  });
}

/** The plugin has pages of its own under emulate's reserved path, which a custom emulator refuses. */
function withoutReserved(app: App): Record<string, RegisterRoute> {
  const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
  return Object.fromEntries(
    methods.map((method) => [
      method,
      (path, ...handlers) => {
        if (!path.startsWith('/_emulate/')) app[method](path, ...handlers);
      },
    ]),
  );
}

async function loadPlugin(): Promise<GitHubPlugin> {
  const url = new URL(`./${pluginFile}`, import.meta.resolve('emulate'));
  try {
    // The bundle has no types; the test of this module calls every member named here.
    return (await import(/* @vite-ignore */ url.href)) as GitHubPlugin;
  } catch (cause) {
    throw forgeError('forge_emulate', `emulate has no ${pluginFile}`, cause);
  }
}

function statusOf(error: unknown): number {
  const status: unknown =
    typeof error === 'object' && error !== null && 'status' in error ? error.status : 500;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

function errorBody(status: number, message: string): Record<string, string> {
  // GitHub writes the second word with a capital.
  const worded = message === 'Validation failed' ? 'Validation Failed' : message;
  return {
    message: worded,
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
  };
}

function keptHeaders(headers: Headers): Record<string, string> {
  const kept = ['content-type', 'link', 'location'];
  return Object.fromEntries([...headers].filter(([name]) => kept.includes(name)));
}
