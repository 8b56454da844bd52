/** A token that is taken away while a task is under way: another one takes its place, and nothing is lost. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GithubAppConfig, VaultConfig } from '@bzzz/protocol';
import { startScriptedVault } from '@bzzz/testkit/scripted/vault';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type ForgeProcess, startForge, type World } from './harness/forge.ts';
import { expectPublished, pullsOf } from './harness/outcome.ts';
import {
  account,
  fullMesh,
  type PeerProcess,
  startPeers,
  untilAllSayDone,
  untilHolder,
} from './harness/peer.ts';
import { lockChain, storyOf } from './harness/repository.ts';
import { createStage, patientMs, type Stage } from './harness/stage.ts';
import { gatedWorld, openGate, untilWaiting } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

interface Scene {
  readonly stage: Stage;
  readonly world: World;
  /** Writes a file that only its owner reads, and returns its path. */
  secret(name: string, text: string): Promise<string>;
}

async function begin(): Promise<Scene> {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const dir = join(stage.dir, 'secrets');
  await mkdir(dir, { mode: 0o700 });
  return {
    stage,
    world: await gatedWorld(stage, [{ recipe: 'gated', word: 'oak' }]),
    async secret(name, text) {
      const file = join(dir, name);
      await writeFile(file, text, { mode: 0o600 });
      return file;
    },
  };
}

/** Runs issue 1 to its end; `whileWorking` happens when its command waits. */
async function throughTask(
  { stage }: Scene,
  peers: readonly PeerProcess[],
  whileWorking: () => Promise<void>,
): Promise<void> {
  await fullMesh(stage, peers);
  const owner = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  await untilWaiting(stage, owner);
  await whileWorking();
  await openGate(stage, owner);
  await untilAllSayDone(stage, peers, 1);
}

async function storyAtForge(forge: ForgeProcess): Promise<string[]> {
  return storyOf(await lockChain(forge, 1));
}

it('tokens of a GitHub App are replaced, and the task ends with one pull request of its bot', async () => {
  const on = await begin();
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });
  const forge = await startForge(on.stage, {
    ...on.world,
    apps: [
      {
        id: 7,
        slug: 'bees',
        publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
        installations: [{ id: 70, owner: 'ada', repositories: ['words'] }],
      },
    ],
  });
  const privateKeyFile = await on.secret('app.pem', pem);
  const app = GithubAppConfig.parse({ id: 7, installationId: 70, privateKeyFile });
  const peers = await startPeers(on.stage, forge, ['ash', 'elm'], { token: { app } });
  let leftMs = 0;
  await throughTask(on, peers, async () => {
    const statuses = await on.stage.until('both know whom their token belongs to', async () => {
      const all = await Promise.all(peers.map(({ client }) => client.status()));
      return all.every(({ peer }) => peer.account !== null) && all;
    });
    for (const { forge: at, peer } of statuses) {
      expect(peer.account).toBe('bees[bot]');
      expect(at.token).toMatchObject({ from: 'GitHub App 7, installation 70', usable: true });
    }
    leftMs = statuses[0]?.forge.token?.expiresInMs ?? 0;
    await forge.revokeTokensOf('bees[bot]');
  });
  expect(leftMs).toBeGreaterThan(3_000_000);
  expect(await storyAtForge(forge)).toEqual(['held 1', 'result 1']);
  const pulls = pullsOf(await forge.pullRequests(), 1);
  expect(pulls).toHaveLength(1);
  expect(pulls[0]).toMatchObject({ state: 'open', user: { login: 'bees[bot]' } });
});

it('tokens that Vault lends are replaced, and the task ends once', async () => {
  const on = await begin();
  const forge = await startForge(on.stage, on.world);
  const vault = await startScriptedVault({ now: Date.now });
  on.stage.defer(() => vault.close());
  const path = 'github/token/bzzz';
  const roleId = 'role-of-bzzz';
  vault.appRole({ roleId, secretId: 'shh', ttl: 3_600, paths: [path] });
  vault.dynamic({
    path,
    ttl: 3_600,
    async make() {
      const token = `ghs_${randomBytes(18).toString('hex')}`;
      await forge.addToken(account, token);
      return { token };
    },
  });
  const secretIdFile = await on.secret('secret-id', 'shh');
  const config = VaultConfig.parse({
    url: vault.url,
    auth: { method: 'appRole', roleId, secretIdFile },
    secret: { kind: 'dynamic', path },
  });
  const peers = await startPeers(on.stage, forge, ['ash', 'elm'], { token: { vault: config } });
  const lent = () => vault.requests.filter((one) => one === `GET ${path}`).length;
  await throughTask(on, peers, async () => {
    await on.stage.until('both were lent a token', () => lent() === 2);
    await forge.revokeTokensOf(account);
  });
  await on.stage.until('both were lent another', () => lent() >= 4);
  await expectPublished(forge, 1);
  expect(await storyAtForge(forge)).toEqual(['held 1', 'result 1']);
  // What was lent is given back.
  for (const peer of peers) expect(await peer.stop()).toBe(0);
  expect(vault.tokens()).toEqual([]);
});

it('a token in Vault that a person replaces late is taken up, and says why nothing moves until then', async () => {
  const on = await begin();
  const forge = await startForge(on.stage, on.world);
  const vault = await startScriptedVault({ now: Date.now });
  on.stage.defer(() => vault.close());
  const path = 'secret/data/bzzz/github';
  vault.put(path, { token: `token-of-${account}` });
  const tokenFile = await on.secret('vault-token', vault.token({ ttl: 3_600, paths: [path] }));
  const config = VaultConfig.parse({
    url: vault.url,
    auth: { method: 'token', tokenFile },
    secret: { kind: 'kv', path: 'bzzz/github' },
  });
  const peers = await startPeers(on.stage, forge, ['ash', 'elm'], { token: { vault: config } });
  await fullMesh(on.stage, peers);
  const owner = await untilHolder(on.stage, peers, { number: 1, epoch: 1 });
  await untilWaiting(on.stage, owner);
  await forge.revokeTokensOf(account);
  await openGate(on.stage, owner);
  await on.stage.until('it says that the token is refused', async () => {
    const { problems } = await owner.client.status();
    return problems.some(({ code }) => code === 'forge_unauthorized');
  });
  // Vault is away as well now: that is told with its own reason.
  vault.seal(true);
  await on.stage.until('it says that Vault is sealed', async () => {
    const { problems } = await owner.client.status();
    return problems.some(({ code, text }) => code === 'vault_sealed' && text.includes('sealed'));
  });
  const { checks } = await owner.client.doctor();
  const source = checks.find(({ name }) => name === 'token source');
  expect(source).toMatchObject({ ok: false, advice: expect.stringContaining('operator unseal') });
  await forge.addToken(account, 'a-new-token');
  vault.put(path, { token: 'a-new-token' });
  vault.seal(false);
  await untilAllSayDone(on.stage, peers, 1);
  await expectPublished(forge, 1);
  expect(await storyAtForge(forge)).toEqual(['held 1', 'result 1']);
});
