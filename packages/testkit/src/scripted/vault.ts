/**
 * A server that follows Vault's published HTTP API (https://developer.hashicorp.com/vault/api-docs) as far as
 * bzzz uses it: logins by AppRole and Kubernetes, its tokens, KV version 2, secrets that are lent, namespaces, a
 * seal. It is not Vault: what the documentation does not say is not here.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { createTokenStore, type TokenSpec, type VaultToken } from './vault/tokens.ts';

export interface ScriptedVaultOptions {
  /** PEM; absent: plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Milliseconds since any moment. */
  readonly now: () => number;
  /** The one namespace that there is. Default: the root, whose name is empty. */
  readonly namespace?: string;
}

export interface AppRole extends TokenSpec {
  /** Default: `approle`. */
  readonly mount?: string;
  readonly roleId: string;
  readonly secretId: string;
}

export interface KubernetesRole extends TokenSpec {
  readonly role: string;
  /** What a pod would send. */
  readonly jwt: string;
}

/** A secret that is made when it is read, and ended with its lease. */
export interface Dynamic {
  readonly path: string;
  /** Seconds. */
  readonly ttl: number;
  readonly renewable?: boolean;
  readonly make: () => Promise<Readonly<Record<string, unknown>>>;
  readonly end?: (data: Readonly<Record<string, unknown>>) => void;
}

export interface ScriptedVault {
  readonly url: string;
  /** What was asked, oldest first: `GET secret/data/bzzz`. */
  readonly requests: readonly string[];
  appRole(role: AppRole): void;
  kubernetes(role: KubernetesRole): void;
  token(spec: TokenSpec): string;
  revokeToken(id: string): void;
  /** Somebody changed what it may read. */
  narrow(id: string, paths: readonly string[]): void;
  /** All tokens that are good. */
  tokens(): readonly string[];
  /** `path` as `secret/data/bzzz`; null: its newest version is deleted. */
  put(path: string, data: Readonly<Record<string, unknown>> | null): void;
  dynamic(secret: Dynamic): void;
  /** Refuses this path in words that hold what it was sent: the body, else the token. */
  repeat(path: string, words: (sent: string) => string): void;
  seal(sealed: boolean): void;
  /** Until it is told otherwise nothing is answered. */
  silence(silent: boolean): void;
  close(): Promise<void>;
}

interface Ask {
  readonly method: string;
  readonly path: string;
  readonly namespace: string;
  readonly token: string | undefined;
  readonly body: unknown;
}

interface Said {
  readonly status: number;
  readonly body?: object;
}

export async function startScriptedVault(options: ScriptedVaultOptions): Promise<ScriptedVault> {
  const { now, namespace = '' } = options;
  const store = createTokenStore(now);
  const appRoles: AppRole[] = [];
  const podRoles: KubernetesRole[] = [];
  const kv = new Map<string, Readonly<Record<string, unknown>> | null>();
  const dynamics: Dynamic[] = [];
  const requests: string[] = [];
  const repeated = new Map<string, (sent: string) => string>();
  const held = new Set<() => void>();
  let sealed = false;
  let silent = false;

  function logInByRole(mount: string, body: unknown): Said {
    const { role_id: roleId, secret_id: secretId } = AppRoleLogin.parse(body);
    const role = appRoles.find(
      (one) => (one.mount ?? 'approle') === mount && one.roleId === roleId,
    );
    if (role?.secretId !== secretId || role === undefined) {
      return refuse(400, 'invalid role or secret ID');
    }
    return given(store.make(role, namespace));
  }

  function logInByPod(body: unknown): Said {
    const { role: name, jwt } = KubernetesLogin.parse(body);
    const role = podRoles.find((one) => one.role === name);
    if (role === undefined) return refuse(400, `invalid role name "${name}"`);
    return role.jwt === jwt ? given(store.make(role, namespace)) : denied;
  }

  function ownToken(path: string, token: VaultToken): Said {
    const { id, ttl, renewable, expiresAtMs } = token;
    if (path === 'auth/token/lookup-self') {
      const left = expiresAtMs === Infinity ? 0 : Math.floor((expiresAtMs - now()) / 1000);
      return answer({ data: { id, ttl: left, creation_ttl: ttl, renewable } });
    }
    if (path === 'auth/token/revoke-self') {
      store.revoke(id);
      return { status: 204 };
    }
    if (!renewable) return refuse(400, 'lease is not renewable');
    return given(token, store.renew(token));
  }

  function prolong(body: unknown): Said {
    const lease = store.lease(LeaseRenewal.parse(body).lease_id);
    if (lease === undefined) return refuse(400, 'lease not found');
    if (!lease.renewable) return refuse(400, 'lease is not renewable');
    const lease_duration = store.prolong(lease);
    return answer({ lease_id: lease.id, renewable: true, lease_duration });
  }

  async function read(path: string, token: VaultToken): Promise<Said> {
    if (!token.paths.includes(path)) return denied;
    const dynamic = dynamics.find((one) => one.path === path);
    if (dynamic !== undefined) {
      const { renewable = false, ttl } = dynamic;
      const data = await dynamic.make();
      const revoke = () => dynamic.end?.(data);
      const lease = store.lend({ path, by: token, ttl, renewable, revoke });
      return answer({ lease_id: lease.id, lease_duration: ttl, renewable, data });
    }
    const data = kv.get(path);
    if (data === undefined) return { status: 404, body: { errors: [] } };
    const metadata = {
      version: 1,
      destroyed: false,
      deletion_time: data === null ? '2026-01-02T03:04:05Z' : '',
    };
    return { ...answer({ data: { data, metadata } }), status: data === null ? 404 : 200 };
  }

  async function answerTo(ask: Ask): Promise<Said> {
    if (sealed) return refuse(503, 'Vault is sealed');
    const words = repeated.get(ask.path);
    if (words !== undefined) return refuse(403, words(sentIn(ask)));
    if (ask.namespace !== namespace) return refuse(404, `no handler for route "${ask.path}"`);
    const isWrite = ask.method === 'POST' || ask.method === 'PUT';
    const [, mount] = /^auth\/(.+)\/login$/.exec(ask.path) ?? [];
    if (isWrite && mount === 'kubernetes') return logInByPod(ask.body);
    if (isWrite && mount !== undefined) return logInByRole(mount, ask.body);
    const token = store.find(ask.token);
    if (token === undefined) return denied;
    if (/^auth\/token\/(?:lookup|renew|revoke)-self$/.test(ask.path)) {
      return ownToken(ask.path, token);
    }
    if (isWrite && ask.path === 'sys/leases/renew') return prolong(ask.body);
    return ask.method === 'GET' ? read(ask.path, token) : denied;
  }

  const onRequest: Parameters<typeof createServer>[1] = (request, response) => {
    void (async () => {
      const ask = await askOf(request);
      requests.push(`${ask.method} ${ask.path}`);
      if (silent) await new Promise<void>((resolve) => void held.add(resolve));
      const said = await answerTo(ask);
      response.writeHead(said.status, { 'content-type': 'application/json' });
      response.end(said.body === undefined ? undefined : JSON.stringify(said.body));
    })().catch((error: unknown) => {
      const status = error instanceof z.ZodError || error instanceof SyntaxError ? 400 : 500;
      response.writeHead(status).end(JSON.stringify({ errors: [String(error)] }));
    });
  };
  const server: Server =
    options.tls === undefined ? createServer(onRequest) : createTlsServer(options.tls, onRequest);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Reason for the cast: it listens on a port.
  const { port } = server.address() as AddressInfo;

  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    appRole: (role) => void appRoles.push(role),
    kubernetes: (role) => void podRoles.push(role),
    token: (spec) => store.make(spec, namespace).id,
    revokeToken: (id) => store.revoke(id),
    narrow(id, paths) {
      const token = store.find(id);
      if (token !== undefined) token.paths = paths;
    },
    tokens: () => store.ids(),
    put: (path, data) => void kv.set(path, data),
    dynamic: (secret) => void dynamics.push(secret),
    repeat: (path, words) => void repeated.set(path, words),
    seal: (is) => void (sealed = is),
    silence(is) {
      silent = is;
      for (const release of held) release();
      held.clear();
    },
    async close() {
      for (const release of held) release();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function askOf(request: IncomingMessage): Promise<Ask> {
  const chunks: Buffer[] = [];
  // Reason for the cast: without an encoding the stream gives buffers.
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const { pathname } = new URL(request.url ?? '/', 'http://vault');
  return {
    method: request.method ?? 'GET',
    path: pathname.replace(/^\/v1\//, ''),
    namespace: headerOf(request, 'x-vault-namespace') ?? '',
    token: headerOf(request, 'x-vault-token'),
    body: text === '' ? {} : JSON.parse(text),
  };
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function sentIn({ method, body, token }: Ask): string {
  return method === 'GET' ? (token ?? '') : Object.values(Object(body)).join(' ');
}

const AppRoleLogin = z.object({ role_id: z.string(), secret_id: z.string().optional() });
const KubernetesLogin = z.object({ role: z.string(), jwt: z.string() });
const LeaseRenewal = z.object({ lease_id: z.string(), increment: z.number().optional() });

function answer(part: object): Said {
  const whole = { request_id: '0', lease_id: '', renewable: false, lease_duration: 0, data: null };
  return { status: 200, body: { ...whole, wrap_info: null, warnings: null, auth: null, ...part } };
}

function given({ id, ttl, renewable }: VaultToken, seconds = ttl): Said {
  const auth = { client_token: id, accessor: '', policies: ['default'], lease_duration: seconds };
  return answer({ auth: { ...auth, renewable, token_type: 'service' } });
}

function refuse(status: number, error: string): Said {
  return { status, body: { errors: [error] } };
}

const denied = refuse(403, 'permission denied');
