/** A real peer with an embedded forge, asked over real HTTP. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createForge } from '@bzzz/forge';
import { createLogger, createPeer, type Logger } from '@bzzz/peer';
import { Config } from '@bzzz/protocol';
import { afterEach } from 'vitest';
import { adminToken } from '../src/access/admin-token.ts';
import { type Gateway, type GatewayOptions, openGateway } from '../src/index.ts';

const cleanups: (() => unknown)[] = [];

/** Runs after the test, last first. */
export function onCleanup(run: () => unknown): void {
  cleanups.push(run);
}

afterEach(async () => {
  while (cleanups.length > 0) await cleanups.pop()?.();
});

export async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'bzzz-gateway-'));
  onCleanup(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Waits for a state; the test's own timeout is the limit. */
export async function until<T>(look: () => Promise<T | undefined | false> | T | undefined | false) {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const repo = 'owner/sample';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  json(): unknown;
}

interface AskOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface World {
  readonly gateway: Gateway;
  readonly dataDir: string;
  readonly token: string;
  /** With the peer's own token, unless the options say otherwise. */
  ask(path: string, options?: AskOptions): Promise<Answer>;
}

interface WorldOptions extends Partial<GatewayOptions> {
  /** What happens when the port is taken and the peer is not up yet. */
  readonly early?: (url: string) => Promise<void>;
  /** Of the gateway alone; absent: what it logs is not kept. */
  readonly logger?: Logger;
}

export async function startWorld({
  early,
  logger: ownLogger,
  ...options
}: WorldOptions = {}): Promise<World> {
  const forge = await createForge({
    dataDir: await tempDir(),
    users: [
      { login: 'owner', token: 'token-of-owner' },
      { login: 'peers', token: 'token-of-peers' },
    ],
    repos: [
      {
        owner: 'owner',
        name: 'sample',
        collaborators: ['peers'],
        filesDir: new URL('fixtures/sample', import.meta.url).pathname,
        labels: [{ name: 'bzzz' }],
      },
    ],
  });
  onCleanup(() => forge.stop());
  const dataDir = await tempDir();
  const config = Config.parse({
    name: 'alpha',
    dataDir,
    mesh: { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false },
    forge: { apiUrl: forge.url, gitUrl: forge.url, token: 'token-of-peers' },
    repositories: [repo],
    timing: { staggerMs: 50, pollMs: 200, lagMs: 0, announceMs: 500, backoffMs: 200 },
    work: { slots: 1 },
    ollama: { enabled: false },
    liveness: { preset: 'local' },
  });
  let gateway: Gateway | undefined;
  const peer = createPeer(config, {
    logger: createLogger({ level: 'silent', format: 'text' }),
    async face({ logger }) {
      gateway = await openGateway(
        { logger: ownLogger ?? logger },
        {
          listen: '127.0.0.1:0',
          dataDir,
          names: [],
          pageDir: null,
          nowMs: () => Date.now(),
          requestsMax: 1_000_000,
          ...options,
        },
      );
      await early?.(gateway.url);
      return gateway;
    },
  });
  onCleanup(() => peer.stop());
  await peer.start();
  if (gateway === undefined) throw new Error('the peer has no face');
  const token = await adminToken(dataDir);
  const { url } = gateway;
  return {
    gateway,
    dataDir,
    token,
    ask: (path, { token: other = token, ...rest } = {}) =>
      ask(`${url}${path}`, { token: other, ...rest }),
  };
}

/** Not by `fetch`, which keeps `host`, `origin` and cookies to itself. An empty token is none. */
async function ask(url: string, options: AskOptions): Promise<Answer> {
  const { method = 'GET', body, token, headers } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const text =
    body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const sent = httpRequest(url, {
    method,
    agent: false,
    headers: {
      ...(token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
  });
  sent.once('error', reject);
  sent.once('response', (response) => {
    let said = '';
    response.setEncoding('utf8');
    response.on('data', (piece: string) => (said += piece));
    response.once('error', reject);
    response.once('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: said,
        json: () => JSON.parse(said),
      }),
    );
  });
  sent.end(text);
  return promise;
}
