import { generateKeyPairSync } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TokenSource } from '@bzzz/github';
import { Config } from '@bzzz/protocol';
import { startScriptedVault } from '@bzzz/testkit/scripted/vault';
import { checkWorkers } from '../src/doctor/workers.ts';
import { describe, expect, it } from 'vitest';
import { checkClock } from '../src/doctor/forge.ts';
import { checkSource } from '../src/doctor/token.ts';
import { checkSpend } from '../src/doctor/spend.ts';
import { checkNode } from '../src/doctor/machine.ts';
import { tcpAddress } from '../src/doctor/tcp-address.ts';
import { type Check, diagnose, layoutOf, openIdentity } from '../src/index.ts';
import { configFor, onCleanup, startForge, tempDir } from './support.ts';

/** Changes of a configuration, section by section. */
function changed(config: Config, change: { [Section in keyof Config]?: Partial<Config[Section]> }) {
  const sections = Object.entries(change).map(([name, section]) => {
    const before: unknown = Reflect.get(config, name);
    const isList = Array.isArray(section) || typeof section !== 'object';
    return [name, isList ? section : { ...(before as object), ...section }];
  });
  return Config.parse({ ...config, ...Object.fromEntries(sections) });
}

async function found(config: Config, name: string): Promise<Check | undefined> {
  const checks = await diagnose(config, { live: null });
  for (const { ok, advice } of checks) expect(advice === null).toBe(ok);
  return checks.find((check) => check.name === name);
}

it('says which tools a cap in USD does not hold', () => {
  const cli = { codex: { apiKeyFile: '/k' }, claude: { apiKeyFile: '/k' } };
  const of = (spend: object) => checkSpend(Config.parse({ name: 'n', dataDir: '/d', cli, spend }));
  expect(of({ usdPerDay: 5 })).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/`spend.usdPerDay` cannot hold codex, /),
    advice: expect.stringMatching(/tokensPerDay/),
  });
  expect(of({ usdPerDay: 5, tokensPerDay: 9 })).toMatchObject({
    ok: true,
    detail: 'tokensPerDay 9, usdPerDay 5',
  });
});

describe('diagnose', () => {
  it('finds nothing wrong with what is right', async () => {
    const forge = await startForge();
    const config = changed(configFor(await tempDir(), { forge }), {
      mesh: { bootstrap: [await listener()] },
    });
    const checks = await diagnose(config, { live: null });
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    // Which of these a machine has is its own affair.
    const names = checks.map(({ name }) => name).filter((name) => !name.startsWith('coding tool'));
    expect(names).toEqual([
      'machine',
      'node',
      'git',
      'data folder',
      'storage',
      'disk',
      'secrets',
      'keys',
      'sandbox',
      'tools',
      'slots',
      'workers',
      'models',
      'spend',
      'forge',
      'clock',
      'token',
      'repository owner/sample',
      'port',
      'mesh',
    ]);
  });

  it('says whether webhooks can be received, where they are wanted', async () => {
    const forge = await startForge();
    const dir = await tempDir();
    const config = configFor(dir, { forge });
    expect(await found(config, 'webhook')).toBeUndefined();
    const secretFile = join(dir, 'webhook.secret');
    const webhook = { listen: '127.0.0.1:0', secretFile };
    const wanted = Config.parse({ ...config, webhook });
    const missing = await found(wanted, 'webhook');
    expect(missing).toMatchObject({ ok: false, detail: expect.stringContaining('ENOENT') });
    await writeFile(secretFile, 'x', { mode: 0o600 });
    expect(await found(wanted, 'webhook')).toMatchObject({ ok: true });
    const [, taken = ''] = /tcp\/(\d+)/.exec(await listener()) ?? [];
    const listen = `127.0.0.1:${taken}`;
    const blocked = await found(
      Config.parse({ ...config, webhook: { listen, secretFile } }),
      'webhook',
    );
    expect(blocked).toMatchObject({ ok: false, detail: expect.stringContaining('EADDRINUSE') });
    await chmod(secretFile, 0o644);
    const open = await found(wanted, 'webhook');
    expect(open).toMatchObject({ ok: false, detail: expect.stringContaining('0600') });
  });

  it('says why a token is refused, and what it needs', async () => {
    const forge = await startForge();
    const refused = await found(configFor(await tempDir(), { forge, token: 'x' }), 'token');
    expect(refused).toMatchObject({ ok: false, detail: expect.stringContaining('401') });
    expect(refused?.advice).toContain('scope `repo`');
    const config = configFor(await tempDir(), { forge });
    const { apiUrl, gitUrl } = config.forge;
    const none = await found(Config.parse({ ...config, forge: { apiUrl, gitUrl } }), 'token');
    expect(none).toMatchObject({ ok: false, detail: 'no token is configured' });
  });

  it('says whether a Vault gives a token, and what is missing', async () => {
    const forge = await startForge();
    const dir = await tempDir();
    const path = 'secret/data/bzzz';
    const vault = await startScriptedVault({ now: Date.now });
    onCleanup(() => vault.close());
    vault.appRole({ roleId: 'bzzz', secretId: 'shh', ttl: 600, paths: [path] });
    const secretIdFile = join(dir, 'secret-id');
    const base = configFor(dir, { forge });
    const { apiUrl, gitUrl } = base.forge;
    const auth = { method: 'appRole', roleId: 'bzzz', secretIdFile };
    const lender = { url: vault.url, auth, secret: { kind: 'kv', path: 'bzzz' } };
    const config = Config.parse({ ...base, forge: { apiUrl, gitUrl, vault: lender } });
    const source = () => found(config, 'token source');

    const noFile = await source();
    expect(noFile).toMatchObject({ ok: false, advice: expect.stringContaining('vault.auth') });
    expect(noFile?.detail).toContain('secret-id');
    await writeFile(secretIdFile, 'shh', { mode: 0o600 });
    expect((await source())?.advice).toContain('deploy/vault/bzzz.hcl');
    vault.put(path, { token: 'token-of-peers' });
    expect(await source()).toMatchObject({
      ok: true,
      detail: expect.stringContaining(`Vault at ${vault.url} (auth/approle) gives a token`),
    });
    expect(await found(config, 'token')).toMatchObject({
      ok: true,
      detail: 'of peers, with scopes repo, user',
    });
    // It only looked.
    expect(vault.tokens()).toEqual([]);
    vault.seal(true);
    expect((await source())?.advice).toContain('unseal');
    const names = (await diagnose(config, { live: null })).map(({ name }) => name);
    expect(names).not.toContain('token');
  });

  it('says of a token of a GitHub App whose it is, and which rights it lacks', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const app = {
      id: 7,
      slug: 'bees',
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    };
    const installations = [{ id: 70, owner: 'owner', repositories: ['sample'] }];
    const forge = await startForge('', [{ ...app, installations }]);
    const dir = await tempDir();
    const privateKeyFile = join(dir, 'app.pem');
    await writeFile(privateKeyFile, privateKey.export({ type: 'pkcs1', format: 'pem' }), {
      mode: 0o600,
    });
    const base = configFor(dir, { forge });
    const { apiUrl, gitUrl } = base.forge;
    const lent = { id: 7, installationId: 70, privateKeyFile };
    const config = Config.parse({ ...base, forge: { apiUrl, gitUrl, app: lent } });
    const checks = await diagnose(config, { live: null });
    const check = (name: string) => checks.find((one) => one.name === name);
    expect(check('token source')?.detail).toContain(
      'installation 70 gives a token that serves for',
    );
    expect(check('token')).toMatchObject({ ok: true, detail: 'of bees[bot]' });
    expect(check('repository owner/sample')).toMatchObject({ ok: true, detail: 'can be read' });
    const none = await found(
      Config.parse({ ...base, forge: { apiUrl, gitUrl, app: { ...lent, installationId: 71 } } }),
      'token source',
    );
    expect(none).toMatchObject({ ok: false, advice: expect.stringContaining('forge.app') });

    const lending: TokenSource = {
      get: async () => 'ghs',
      state: () => ({
        from: 'an App',
        usable: true,
        expiresInMs: 1_000,
        permissions: { contents: 'read', issues: 'write' },
        trouble: null,
      }),
    };
    const lacking = await checkSource(lending, {});
    expect(lacking).toMatchObject({ ok: false, advice: expect.stringContaining('accept them') });
    expect(lacking?.detail).toContain('lacks contents: write, pull_requests: write');
  });

  it('says which repository cannot be had', async () => {
    const forge = await startForge();
    const config = configFor(await tempDir(), { forge });
    const more = Config.parse({ ...config, repositories: ['owner/nothing', 'owner/sample'] });
    expect(await found(more, 'repository owner/nothing')).toMatchObject({ ok: false });
    expect(await found(more, 'repository owner/sample')).toMatchObject({ ok: true });
  });

  it('says that the forge is away', async () => {
    const forge = await startForge();
    await forge.forge.stop();
    const check = await found(configFor(await tempDir(), { forge }), 'forge');
    expect(check).toMatchObject({ ok: false, detail: expect.stringContaining('ECONNREFUSED') });
  });

  it('says that a port is taken', async () => {
    const taken = await listener();
    const config = configFor(await tempDir(), { listen: taken });
    const check = await found(config, 'port');
    expect(check).toMatchObject({ ok: false, detail: expect.stringContaining('EADDRINUSE') });
  });

  it('says why a peer would be alone', async () => {
    const config = configFor(await tempDir(), { bootstrap: ['/ip4/127.0.0.1/tcp/9'] });
    const check = await found(config, 'mesh');
    expect(check).toMatchObject({ ok: false, detail: expect.stringContaining('does not answer') });
    const deaf = await found(configFor(await tempDir()), 'mesh');
    expect(deaf?.detail).toContain('no bootstrap address is set');
    const loopback = changed(configFor(await tempDir()), { mesh: { mdns: true } });
    expect((await found(loopback, 'mesh'))?.detail).toContain('loopback only');
  });

  it('tells of a running peer what it knows', async () => {
    const apart = ['walnut (dead)'];
    const tcp = '/ip4/127.0.0.1/tcp/1';
    const mesh = { addresses: [tcp], connected: 2, known: 3, apart, troubles: [] };
    const live = { ...mesh, lookedAgoMs: 3_000, lookFailures: [], workers: [], quarantine: [] };
    const config = configFor(await tempDir());
    const checks = await diagnose(config, { live });
    expect(checks.find(({ name }) => name === 'mesh')).toMatchObject({
      ok: true,
      detail: '2 of 3 known peers connected, not walnut (dead)',
    });
    const alone = await diagnose(config, {
      live: { ...live, connected: 0, troubles: [{ code: 'mesh_wrong_key', reason: 'because' }] },
    });
    expect(alone.find(({ name }) => name === 'mesh')).toMatchObject({
      ok: false,
      detail: 'alone: because',
    });
  });

  it('tells of a running peer what it could not look at', async () => {
    const mesh = { addresses: [], connected: 2, known: 3, apart: [], troubles: [] };
    const lookFailures = [{ what: 'models', reason: 'the server answered 500' }];
    const live = { ...mesh, lookedAgoMs: 3_000, lookFailures, workers: [], quarantine: [] };
    const checks = await diagnose(configFor(await tempDir()), { live });
    expect(checks.find(({ name }) => name === 'last look')).toMatchObject({
      ok: false,
      detail: '3 s ago, it failed for models (the server answered 500)',
    });
  });

  it('starts a worker, and tells how often those of a running peer died', async () => {
    const config = configFor(await tempDir());
    expect(await found(config, 'workers')).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^one starts in \d+ ms$/),
    });
    const died = { deaths: 6, recent: 5, lastReason: 'it was ended by SIGABRT', lastAgoMs: 61_000 };
    const ollama = { kind: 'ollama' as const, running: 0, ...died };
    const well = { ...ollama, breaker: 'closed' as const, trialInMs: null, unready: null };
    expect(await checkWorkers([well])).toMatchObject({
      ok: true,
      detail: expect.stringContaining(
        '6 workers of ollama died, 5 of them lately (the last 1 min ago: it was ended by SIGABRT)',
      ),
    });
    const open = { breaker: 'open' as const, trialInMs: 180_000, unready: 'its workers died' };
    expect(await checkWorkers([{ ...ollama, ...open }])).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/; nothing of it is begun, but for one trial in 3 min$/),
    });
  });

  it('says how the number of slots came about', async () => {
    const fixed = await found(configFor(await tempDir()), 'slots');
    expect(fixed).toMatchObject({ ok: true, detail: '1 (work.slots)' });
    const auto = changed(configFor(await tempDir()), { work: { slots: 'auto' } });
    expect((await found(auto, 'slots'))?.detail).toMatch(/^\d+ \(auto: .*cores? \d+/);
  });

  it('says that the sandbox is off', async () => {
    const config = changed(configFor(await tempDir()), { work: { sandbox: 'off' } });
    expect(await found(config, 'sandbox')).toMatchObject({ ok: false });
  });

  it('says which programs are missing', async () => {
    const config = changed(configFor(await tempDir()), { work: { tools: ['no-such-program'] } });
    const check = await found(config, 'tools');
    expect(check).toMatchObject({ ok: false, detail: expect.stringContaining('no-such-program') });
  });

  it('says that a key is open to others', async () => {
    const dataDir = await tempDir();
    await openIdentity(layoutOf(dataDir));
    await chmod(layoutOf(dataDir).identityKey, 0o644);
    expect(await found(configFor(dataDir), 'keys')).toMatchObject({ ok: false });
  });

  it('looks at the folder above a data folder that is not there yet', async () => {
    const dataDir = join(await tempDir(), 'not', 'yet');
    expect(await found(configFor(dataDir), 'data folder')).toMatchObject({ ok: true });
    expect(await found(configFor(dataDir), 'disk')).toMatchObject({ ok: true });
  });

  it('says that a file stands where the data folder should be', async () => {
    const file = join(await tempDir(), 'file');
    await writeFile(file, '');
    expect(await found(configFor(file), 'data folder')).toMatchObject({ ok: false });
    expect(await found(configFor(join(file, 'x')), 'data folder')).toMatchObject({ ok: false });
  });
});

describe('single checks', () => {
  it.each([
    ['20.20.2', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['24.17.0', true],
    ['24.19.1', false],
    ['24.22.0', true],
    ['26.10.0', true],
  ])('Node %s: %s', async (version, ok) => {
    expect(await checkNode(version)).toMatchObject({ ok });
  });

  it('a clock that is off, and by how much', () => {
    const at = (skewMs: number) => {
      const headers = new Headers({ date: new Date(1_000_000_000_000).toUTCString() });
      return checkClock({ headers }, 1_000_000_000_500 + skewMs);
    };
    expect(at(0)).toMatchObject({ ok: true });
    expect(at(9_000)).toMatchObject({ ok: true });
    expect(at(61_000)).toMatchObject({ ok: false, detail: expect.stringContaining('61 s ahead') });
    expect(at(-3_600_000)).toMatchObject({ detail: expect.stringContaining('3600 s behind') });
    expect(checkClock({ headers: new Headers() }, 0)).toMatchObject({ ok: true });
  });

  it('addresses', () => {
    expect(tcpAddress('/ip4/10.0.0.7/tcp/4801/p2p/12D3KooWx')).toEqual({
      host: '10.0.0.7',
      port: 4801,
    });
    expect(tcpAddress('/dns4/peer.example/tcp/1')).toEqual({ host: 'peer.example', port: 1 });
    expect(tcpAddress('/ip4/10.0.0.7/udp/4801/quic')).toBeNull();
    expect(tcpAddress('nonsense')).toBeNull();
  });
});

/** The multiaddr of something that listens. */
async function listener(): Promise<string> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  onCleanup(() => new Promise((resolve) => server.close(resolve)));
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `/ip4/127.0.0.1/tcp/${address.port}`;
}
