/**
 * Secrets are planted where they belong, real peers do their work, some of them crash: then everything that they
 * wrote, showed and said is searched. What finds them is shown to find what is open.
 */
import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GithubAppConfig, VaultConfig } from '@bzzz/protocol';
import { startScriptedVault } from '@bzzz/testkit/scripted/vault';
import { expect, it, onTestFinished, vi } from 'vitest';
import { findings, type Surface, surfacesOf } from '../hostile/evidence.ts';
import { startForge } from './harness/forge.ts';
import {
  account,
  fullMesh,
  type PeerProcess,
  startPeers,
  untilAllSayDone,
} from './harness/peer.ts';
import { watchProcesses } from './harness/process-watch.ts';
import { signalAll } from './harness/processes.ts';
import { bzzz } from './harness/programs.ts';
import { createStage, patientMs, type Stage } from './harness/stage.ts';
import { gatedWorld, openGate, untilWaiting } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

/** As a person starts it. */
const program = [fileURLToPath(new URL('../../packages/cli/bin/bzzz', import.meta.url))];
/** The machine lets crashes leave all they want; `bzzz` itself does not. */
const generous = ['sh', '-c', 'cd "$0" && ulimit -S -c "$(ulimit -H -c)" && exec "$@"'];

it('no secret is anywhere but in the file that holds it', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const places = await plant(stage);
  const { forge, peers, vaultTokens } = await startAll(stage, places);
  const watch = watchProcesses(peers.map((peer) => peer.process().pid));
  await fullMesh(stage, peers);
  await Promise.all(peers.map((peer) => untilWaiting(stage, peer)));
  for (const peer of peers) await openGate(stage, peer);
  for (const number of [1, 2, 3]) await untilAllSayDone(stage, peers, number);

  const said = await Promise.all(peers.map((peer) => wordsOf(peer)));
  const evidence = await Promise.all(peers.map((peer) => surfacesOf(forge, peer, [])));
  const processes = (await watch.stop()).map((text) => surface('list of processes', text));
  await crash(stage, peers, places.crashes);
  const files = [
    ...(await filesOf(join(stage.dir, 'peers'), 'data folders')),
    ...(await filesOf(places.crashes, 'crash')),
    ...(await logsOf(stage, peers)),
  ];
  const surfaces = [...said.flat(), ...evidence.flat(), ...processes, ...files];

  const lent = Object.fromEntries(vaultTokens().map((id, at) => [`Vault token ${at}`, id]));
  expect(Object.keys(lent).length).toBeGreaterThan(0);
  expect(findings(surfaces, { ...places.secrets, ...lent })).toEqual([]);
  // Tokens that an App was lent are known to nobody else, but by their look; and how git and REST dress any.
  const looks = [
    /ghs_[A-Za-z0-9]{36}/,
    /eC1hY2Nlc3MtdG9rZW46/,
    /x-access-token:/,
    /hvs\.[\w-]{20}/,
  ];
  for (const look of looks) {
    const where = surfaces.filter(({ bytes }) => look.test(bytes.toString('latin1')));
    expect(where.map((one) => one.where)).toEqual([]);
  }

  // Each place was looked into, and what is open was found in it.
  const open = findings(surfaces, { open: places.open }).map(({ where }) => where);
  expect(open).toContain('list of processes');
  const shown = processes.map(({ bytes }) => bytes.toString('latin1'));
  expect(shown.filter((text) => /git\b.* push /.test(text)).length).toBeGreaterThan(0);
  expect(shown.filter((text) => text.includes('git-remote-http')).length).toBeGreaterThan(0);
  const title = findings(surfaces, { title: 'Write oak' }).map(({ where }) => where);
  for (const where of ['journal', 'API', 'tasks']) expect(title).toContain(where);
  expect(surfaces.filter(({ where }) => where === 'data folders').length).toBeGreaterThan(20);
  expect(surfaces.some(({ where }) => where === 'crash')).toBe(true);
});

it('a token in the environment is in no report of a crash, and nowhere else that stays', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const { secrets, crashes, open } = await plant(stage);
  const forge = await startForge(
    stage,
    await gatedWorld(stage, [{ recipe: 'quick', word: 'oak' }]),
  );
  await forge.addToken(account, secrets.token);
  const peers = await startPeers(stage, forge, ['ash'], {
    token: {},
    prefix: [...generous, crashes],
    program,
    env: {
      GITHUB_TOKEN: secrets.token,
      NODE_OPTIONS: `--report-on-signal --report-directory=${crashes}`,
      PATH: `${process.env['PATH'] ?? ''}:${open}`,
    },
  });
  await untilAllSayDone(stage, peers, 1);
  await crash(stage, peers, crashes);
  const reports = await filesOf(crashes, 'crash');
  const kept = [
    ...(await filesOf(join(stage.dir, 'peers'), 'data')),
    ...(await logsOf(stage, peers)),
  ];
  expect(findings([...reports, ...kept], secrets)).toEqual([]);
  expect(reports).toHaveLength(1);
});

type SecretName = 'token' | 'kvToken' | 'secretId' | 'privateKey';

interface Places {
  readonly secrets: Readonly<Record<SecretName, string>>;
  /** In the environment of the peers, for everybody to see. */
  readonly open: string;
  readonly crashes: string;
  readonly publicKey: string;
  /** The file in which it belongs. */
  file(name: SecretName): Promise<string>;
}

async function plant(stage: Stage): Promise<Places> {
  const dir = join(stage.dir, 'secrets');
  const crashes = join(stage.dir, 'crashes');
  await mkdir(dir, { mode: 0o700 });
  await mkdir(crashes, { mode: 0o700 });
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });
  const random = (prefix: string) => `${prefix}${randomBytes(18).toString('hex')}`;
  const secrets = {
    token: random('ghp_'),
    kvToken: random('ghp_'),
    secretId: random('sid-'),
    // A line from its middle.
    privateKey: pem.split('\n')[8] ?? '',
  };
  return {
    secrets,
    crashes,
    open: `/open-${randomBytes(8).toString('hex')}`,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    async file(name) {
      const file = join(dir, name);
      await writeFile(file, name === 'privateKey' ? pem : secrets[name], { mode: 0o600 });
      return file;
    },
  };
}

async function startAll(stage: Stage, places: Places) {
  const { secrets } = places;
  const path = 'secret/data/bzzz';
  const vault = await startScriptedVault({ now: Date.now });
  stage.defer(() => vault.close());
  vault.appRole({ roleId: 'bzzz', secretId: secrets.secretId, ttl: 3_600, paths: [path] });
  vault.put(path, { token: secrets.kvToken });
  const world = await gatedWorld(stage, [
    { recipe: 'gated', word: 'oak' },
    { recipe: 'gated', word: 'elm' },
    { recipe: 'gated', word: 'ash' },
  ]);
  const forge = await startForge(stage, {
    ...world,
    apps: [
      {
        id: 7,
        slug: 'bees',
        publicKey: places.publicKey,
        installations: [{ id: 70, owner: 'ada', repositories: ['words'] }],
      },
    ],
  });
  for (const one of [secrets.token, secrets.kvToken]) await forge.addToken(account, one);
  const secretIdFile = await places.file('secretId');
  const privateKeyFile = await places.file('privateKey');
  const sources: Record<string, object> = {
    ash: {
      vault: VaultConfig.parse({
        url: vault.url,
        auth: { method: 'appRole', roleId: 'bzzz', secretIdFile },
        secret: { kind: 'kv', path: 'bzzz' },
      }),
    },
    elm: { app: GithubAppConfig.parse({ id: 7, installationId: 70, privateKeyFile }) },
    oak: { tokenFile: await places.file('token') },
  };
  const reports = `--report-on-signal --report-on-fatalerror --report-directory=${places.crashes}`;
  const peers = await startPeers(stage, forge, Object.keys(sources), {
    tokenOf: (name) => sources[name],
    gateway: { enabled: true, listen: '127.0.0.1:0' },
    prefix: [...generous, places.crashes],
    program,
    env: {
      NODE_OPTIONS: reports,
      BZZZ_LOG_LEVEL: 'debug',
      PATH: `${process.env['PATH'] ?? ''}:${places.open}`,
    },
  });
  return { forge, peers, vaultTokens: vault.tokens };
}

function surface(where: string, text: string | Buffer): Surface {
  return { where, bytes: Buffer.from(text) };
}

/** What a peer says to whoever may ask: over HTTP, and by the command. */
async function wordsOf(peer: PeerProcess): Promise<Surface[]> {
  const { gateway } = await peer.client.status();
  const key = (await readFile(join(peer.dataDir, 'gateway-token'), 'utf8')).trim();
  const paths = ['metrics', 'docs/json', ...['status', 'tasks', 'peers', 'health'].map(api)];
  const answers = paths.map(async (path) => {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${gateway?.url}/${path}`, { headers });
    expect(answer.status, path).toBe(200);
    return surface('API', await answer.text());
  });
  const config = ['--config', join(peer.dataDir, 'bzzz.yml')];
  const commands = [
    ['config', ...config],
    ['status', ...config],
    ['logs', ...config],
  ].map(async ([name = '', ...args]) => {
    const [node = '', main = ''] = bzzz;
    const { stdout, stderr } = await promisify(execFile)(node, [main, name, ...args]);
    return surface(`bzzz ${name}`, `${stdout}\n${stderr}`);
  });
  const { checks } = await peer.client.doctor();
  expect(checks.find(({ name }) => name === 'core files')).toMatchObject({ ok: true });
  return [
    ...(await Promise.all([...answers, ...commands])),
    surface('doctor', JSON.stringify(checks)),
  ];
}

const api = (name: string): string => `api/v1/${name}`;

/** One report of each, by the switch that writes it; then they end as by a fault of their own. */
async function crash(stage: Stage, peers: readonly PeerProcess[], dir: string): Promise<void> {
  for (const peer of peers) {
    const { pid } = peer.process();
    const limits = await readFile(`/proc/${pid}/limits`, 'utf8');
    expect(limits).toMatch(/^Max core file size +0 +0 /m);
    const before = (await readdir(dir)).length;
    signalAll(pid, 'SIGUSR2');
    await stage.until(
      `${peer.name} wrote a report`,
      async () => (await readdir(dir)).length > before,
    );
    const report = () =>
      readdir(dir).then((names) => names.find((name) => name.includes(`.${pid}.`)));
    await stage.until(`the report of ${peer.name} is whole`, async () => {
      const text = await readFile(join(dir, (await report()) ?? ''), 'utf8');
      return text.trimEnd().endsWith('}') && text.includes('"sharedObjects"');
    });
    signalAll(pid, 'SIGABRT');
    expect(await peer.process().ended).toBe('SIGABRT');
  }
  expect((await readdir(dir)).filter((name) => !name.startsWith('report.'))).toEqual([]);
}

/** All that lies there, as it lies there. */
async function filesOf(dir: string, where: string): Promise<Surface[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async (entry) => surface(where, await readFile(join(entry.parentPath, entry.name)))),
  );
}

async function logsOf(stage: Stage, peers: readonly PeerProcess[]): Promise<Surface[]> {
  const names = ['forge', ...peers.map(({ name }) => name)];
  return Promise.all(
    names.map(async (name) => surface('log', await readFile(join(stage.dir, `${name}.log`)))),
  );
}
