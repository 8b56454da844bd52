import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createForge, type Forge, type ForgeApp } from '@bzzz/forge';
import { Config, isBzzzError } from '@bzzz/protocol';
import { afterEach } from 'vitest';
import { createLogger, createPeer, type Peer } from '../src/index.ts';

const cleanups: (() => unknown)[] = [];

/** Runs after the test, last first. */
export function onCleanup(run: () => unknown): void {
  cleanups.push(run);
}

afterEach(async () => {
  while (cleanups.length > 0) await cleanups.pop()?.();
});

export async function tempDir(prefix = 'bzzz-peer-'): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), prefix));
  onCleanup(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** The code of what a promise rejects with; anything else fails the test. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await errorOf(promise)).code;
}

export async function errorOf(promise: Promise<unknown>) {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isBzzzError(error)) return error;
  throw new Error('expected a coded error', { cause: error });
}

/** Waits for a state; the test's own timeout is the limit. */
export async function until<T>(look: () => Promise<T | undefined | false> | T | undefined | false) {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const tokens = { owner: 'token-of-owner', peers: 'token-of-peers' } as const;
const sampleRepo = 'owner/sample';

export interface ForgeWorld {
  readonly forge: Forge;
  readonly repo: string;
  /** Where its bare repositories lie. */
  readonly dir?: string;
}

/** The embedded forge with one repository that has a recipe `note`, and what is added to its policy. */
export async function startForge(
  policyToo = '',
  apps: readonly ForgeApp[] = [],
): Promise<ForgeWorld> {
  const dir = await tempDir('bzzz-peer-forge-');
  const filesDir = await tempDir('bzzz-peer-sample-');
  await cp(new URL('fixtures/sample', import.meta.url), filesDir, { recursive: true });
  await appendFile(join(filesDir, '.bzzz', 'policy.yml'), policyToo);
  const forge = await createForge({
    dataDir: dir,
    apps,
    users: [
      { login: 'owner', token: tokens.owner },
      { login: 'peers', token: tokens.peers },
    ],
    repos: [
      {
        owner: 'owner',
        name: 'sample',
        collaborators: ['peers'],
        filesDir,
        labels: [{ name: 'bzzz' }],
      },
    ],
  });
  onCleanup(() => forge.stop());
  return { forge, repo: sampleRepo, dir };
}

/** Quick reactions, loopback only. */
export function configFor(
  dataDir: string,
  options: {
    readonly forge?: ForgeWorld;
    readonly name?: string;
    readonly meshKey?: string;
    readonly bootstrap?: readonly string[];
    readonly token?: string;
    readonly listen?: string;
    readonly webhook?: Config['webhook'];
    readonly notify?: Config['notify'];
    readonly pollMs?: number;
  } = {},
): Config {
  const { forge, name = 'alpha', meshKey, bootstrap = [], token = tokens.peers } = options;
  return Config.parse({
    name,
    dataDir,
    mesh: {
      ...(meshKey === undefined ? {} : { key: meshKey }),
      listen: [options.listen ?? '/ip4/127.0.0.1/tcp/0'],
      bootstrap: [...bootstrap],
      mdns: false,
    },
    forge:
      forge === undefined
        ? { apiUrl: 'http://127.0.0.1:9', gitUrl: 'http://127.0.0.1:9' }
        : { apiUrl: forge.forge.url, gitUrl: forge.forge.url, token },
    repositories: forge === undefined ? [] : [forge.repo],
    webhook: options.webhook,
    notify: options.notify,
    timing: {
      leaseMs: 20_000,
      staggerMs: 50,
      pollMs: options.pollMs ?? 200,
      lagMs: 0,
      announceMs: 500,
      backoffMs: 200,
    },
    // What a test expects may not depend on the machine.
    work: { slots: 1 },
    liveness: { preset: 'local' },
  });
}

export const silent = createLogger({ level: 'silent', format: 'text' });

export async function startedPeer(config: Config): Promise<Peer> {
  const peer = createPeer(config, { logger: silent });
  onCleanup(() => peer.stop());
  await peer.start();
  return peer;
}
