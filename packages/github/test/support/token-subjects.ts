/** Every source of tokens, each with the real thing that it asks, for one contract. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createForge } from '@bzzz/forge';
import { GithubAppConfig, VaultConfig } from '@bzzz/protocol';
import { type ScriptedVault, startScriptedVault } from '@bzzz/testkit/scripted/vault';
import {
  appLender,
  renewedToken,
  type TokenSource,
  tokenFromFile,
  vaultLender,
} from '../../src/index.ts';
import { createSetClock, type SetClock } from './set-clock.ts';

export interface TokenSubject {
  readonly source: TokenSource;
  readonly clock: SetClock;
  /** Puts another token in place of the present one, where it is not made anew whenever it is asked for. */
  rotate(): Promise<void>;
  /** Requests for a token that came to whoever lends it. */
  asked(): number;
  /** Makes the source answer nobody any more. */
  goAway(): Promise<void>;
  /** Life of a token; null: it has no end. */
  readonly livesMs: number | null;
  dispose(): Promise<void>;
}

export const vaultOf = (vault: ScriptedVault, part: object) =>
  VaultConfig.parse({ url: vault.url, ...part });

export async function tempDir(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'bzzz-token-'));
}

/** Only its owner reads it. */
export async function secretFile(dir: string, name: string, text: string): Promise<string> {
  const file = path.join(dir, name);
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

export const roleSecret = 'the-secret-id-of-a-role';
const podToken = 'the-token-of-a-service-account';

async function fromFile(): Promise<TokenSubject> {
  const dir = await tempDir();
  const file = await secretFile(dir, 'token', 'token-1');
  let rotations = 1;
  return {
    source: tokenFromFile(file),
    clock: createSetClock(),
    async rotate() {
      rotations += 1;
      await writeFile(file, `token-${rotations}`);
    },
    asked: () => 1,
    goAway: () => rm(file),
    livesMs: null,
    dispose: () => rm(dir, { recursive: true, force: true }),
  };
}

type Login = 'appRole' | 'token' | 'kubernetes';

export async function authOf(vault: ScriptedVault, login: Login, dir: string, spec: Spec) {
  if (login === 'token') {
    return { method: login, tokenFile: await secretFile(dir, 'vault-token', vault.token(spec)) };
  }
  if (login === 'kubernetes') {
    vault.kubernetes({ role: 'bzzz', jwt: podToken, ...spec });
    const jwtFile = path.join(dir, 'jwt');
    // As Kubernetes mounts it.
    await writeFile(jwtFile, podToken, { mode: 0o644 });
    return { method: login, role: 'bzzz', jwtFile };
  }
  vault.appRole({ roleId: 'role-of-bzzz', secretId: roleSecret, ...spec });
  const secretIdFile = await secretFile(dir, 'secret-id', `${roleSecret}\n`);
  return { method: login, roleId: 'role-of-bzzz', secretIdFile };
}

interface Spec {
  readonly ttl: number;
  readonly paths: readonly string[];
  readonly maxTtl?: number;
}

async function fromKv(login: Login): Promise<TokenSubject> {
  const dir = await tempDir();
  const clock = createSetClock();
  const vault = await startScriptedVault({ now: clock.wallMs, namespace: 'team/bees' });
  const path = 'secret/data/bzzz/github';
  vault.put(path, { token: 'token-1', note: 'by hand' });
  const auth = await authOf(vault, login, dir, { ttl: 1_200, paths: [path] });
  const secret = { kind: 'kv', path: 'bzzz/github' };
  const config = vaultOf(vault, { namespace: 'team/bees', auth, secret });
  let rotations = 1;
  return {
    source: renewedToken({ lender: vaultLender(config, clock), clock }),
    clock,
    async rotate() {
      rotations += 1;
      vault.put(path, { token: `token-${rotations}` });
    },
    asked: () => vault.requests.filter((one) => one === `GET ${path}`).length,
    goAway: async () => vault.seal(true),
    livesMs: null,
    async dispose() {
      await vault.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function fromDynamic(): Promise<TokenSubject> {
  const dir = await tempDir();
  const clock = createSetClock();
  const vault = await startScriptedVault({ now: clock.wallMs });
  const path = 'github/token/bzzz';
  let made = 0;
  vault.dynamic({
    path,
    ttl: 3_600,
    make: async () => ({ token: `token-${(made += 1)}`, permissions: { contents: 'write' } }),
  });
  const auth = await authOf(vault, 'appRole', dir, { ttl: 86_400, paths: [path] });
  const config = vaultOf(vault, { auth, secret: { kind: 'dynamic', path } });
  return {
    source: renewedToken({ lender: vaultLender(config, clock), clock }),
    clock,
    rotate: async () => undefined,
    asked: () => made,
    goAway: async () => vault.seal(true),
    livesMs: 3_600_000,
    async dispose() {
      await vault.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** An App of the embedded forge, installed on one repository. */
export async function startAppForge({
  now,
  suspended = false,
}: {
  readonly now: () => number;
  readonly suspended?: boolean;
}) {
  const dir = await tempDir();
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });
  const privateKeyFile = await secretFile(dir, 'app.pem', pem);
  const forge = await createForge({
    dataDir: path.join(dir, 'forge'),
    now,
    users: [{ login: 'owner', token: 'token-of-the-owner' }],
    repos: [{ owner: 'owner', name: 'sample' }],
    apps: [
      {
        id: 4711,
        clientId: 'Iv23abc',
        slug: 'bees',
        publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
        installations: [{ id: 42, owner: 'owner', repositories: ['sample'], suspended }],
      },
    ],
  });
  const app = GithubAppConfig.parse({ id: 4711, installationId: 42, privateKeyFile });
  return {
    forge,
    app,
    dir,
    async dispose() {
      await forge.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function fromApp(): Promise<TokenSubject> {
  const clock = createSetClock();
  const { forge, app, dispose } = await startAppForge({ now: clock.wallMs });
  const lender = appLender({ apiUrl: forge.url, app }, clock);
  let asked = 0;
  const counted: typeof lender = {
    ...lender,
    obtain(options) {
      asked += 1;
      return lender.obtain(options);
    },
  };
  return {
    source: renewedToken({ lender: counted, clock }),
    clock,
    rotate: async () => undefined,
    asked: () => asked,
    goAway: async () => void forge.faults.add({ on: '*', kind: 'outage' }),
    livesMs: 3_600_000,
    dispose,
  };
}

/** What lends a token for a time, or looks it up again. */
export const lentSubjects: Readonly<Record<string, () => Promise<TokenSubject>>> = {
  'Vault, KV, by AppRole': () => fromKv('appRole'),
  'Vault, KV, by a token': () => fromKv('token'),
  'Vault, KV, by Kubernetes': () => fromKv('kubernetes'),
  'Vault, a dynamic path': fromDynamic,
  'a GitHub App': fromApp,
};

export const tokenSubjects = { 'a file': fromFile, ...lentSubjects };
