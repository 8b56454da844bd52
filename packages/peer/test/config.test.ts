import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LoadOptions, loadConfig, settings, showConfig } from '../src/index.ts';
import { errorOf, tempDir } from './support.ts';

interface Given extends Partial<LoadOptions> {
  /** Content of ./bzzz.yml. */
  readonly yaml?: string;
}

async function load({ yaml, ...options }: Given = {}) {
  const cwd = await tempDir();
  if (yaml !== undefined) await writeFile(join(cwd, 'bzzz.yml'), yaml);
  const home = join(cwd, 'home');
  const usual = { env: {}, flags: {}, cwd, home, hostName: 'machine-7' };
  return { cwd, home, loading: loadConfig({ ...usual, ...options }) };
}

async function loaded(given: Given = {}) {
  const { loading, ...rest } = await load(given);
  return { ...(await loading), ...rest };
}

async function complaint(given: Given): Promise<string> {
  const error = await errorOf((await load(given)).loading);
  expect(error.code).toBe('config_invalid');
  return error.reason;
}

describe('loadConfig', () => {
  it('knows this machine by the variable of clusters too, and rather by its own', async () => {
    expect((await loaded({ env: { NODE_ID: 'acacia' } })).config.name).toBe('acacia');
    const both = await loaded({ env: { NODE_ID: 'acacia', BZZZ_NAME: 'walnut' } });
    expect(both.config.name).toBe('walnut');
    // As compose has it where nobody exported the name.
    expect((await loaded({ env: { NODE_ID: '' } })).config.name).toBe('machine-7');
    expect(await complaint({ env: { NODE_ID: 'a b' } })).toContain('NODE_ID');
  });

  it('knows a default for everything', async () => {
    const { config, origins, home, file } = await loaded();
    expect(config).toMatchObject({ name: 'machine-7', dataDir: join(home, '.bzzz') });
    expect(config.work).toEqual({
      slots: 'auto',
      recipes: true,
      refreshMs: 120_000,
      sandbox: 'required',
      tools: [],
    });
    expect(origins.get('name')).toEqual({ source: 'default', where: 'host name' });
    expect(origins.get('work.slots')).toEqual({ source: 'default', where: 'default' });
    expect(file).toBeNull();
  });

  it('takes flags before environment before file', async () => {
    const yaml = 'name: from-file\nwork:\n  slots: 2\ntiming:\n  pollMs: 700\n';
    const env = { BZZZ_NAME: 'from-env', BZZZ_SLOTS: '3' };
    const { config, origins, cwd } = await loaded({ yaml, env, flags: { name: 'from-flag' } });
    expect(config.name).toBe('from-flag');
    expect(config.work.slots).toBe(3);
    expect(config.timing.pollMs).toBe(700);
    expect(origins.get('name')).toEqual({ source: 'flag', where: '--name' });
    expect(origins.get('work.slots')).toEqual({ source: 'environment', where: 'BZZZ_SLOTS' });
    const where = `${join(cwd, 'bzzz.yml')}:5`;
    expect(origins.get('timing.pollMs')).toEqual({ source: 'file', where });
  });

  it('gives every setting an origin', async () => {
    const { config, origins } = await loaded({ yaml: 'repositories: [acme/widgets]\n' });
    for (const { path } of showConfig({ config, origins, file: null })) {
      expect(origins.has(path), path).toBe(true);
    }
  });

  it.each(settings.filter(({ path }) => !/[kK]ey|token/.test(path)).map((one) => [one.path, one]))(
    'reads %s from its environment variable',
    async (_, setting) => {
      const samples: Record<string, string> = {
        'mesh.listen': '/ip4/127.0.0.1/tcp/1, /ip4/127.0.0.1/tcp/2',
        'mesh.bootstrap': '/ip4/127.0.0.1/tcp/3',
        'mesh.operator': `12D3KooW${'x'.repeat(44)}`,
        'mesh.door': '/ip4/127.0.0.1/tcp/4',
        'mesh.orders': 'own',
        'forge.apiUrl': 'http://127.0.0.1:1',
        'forge.gitUrl': 'http://127.0.0.1:1',
        'ollama.url': 'http://127.0.0.1:1',
        repositories: 'acme/widgets acme/gadgets',
        'work.sandbox': 'off',
        'liveness.preset': 'wan',
        'work.tools': 'zig',
        'journal.replicaBytesMax': '100000',
        'journal.replicaAgeMsMax': '100000',
        'webhook.listen': '[::1]:4802',
        'gateway.listen': '[::1]:7717',
        'gateway.targetAddress': '10.0.0.5:443',
        'health.alertUrl': 'http://127.0.0.1:9/',
        'notify.url': 'http://127.0.0.1:9/',
        'notify.events': 'task.done task.failed',
        dataDir: '/data',
        storage: 'any',
      };
      const byKind = { number: '1500', boolean: 'no', text: 'other', list: 'x', file: '/x' };
      const text = samples[setting.path] ?? byKind[setting.kind];
      // Slots stop at 1024.
      const value = setting.path === 'work.slots' ? '7' : text;
      // One half of a webhook is refused.
      const other = setting.path.startsWith('webhook.')
        ? { BZZZ_WEBHOOK_LISTEN: '127.0.0.1:4802', BZZZ_WEBHOOK_SECRET_FILE: '/s' }
        : {};
      const told = setting.path.startsWith('notify.')
        ? { BZZZ_NOTIFY_URL: 'http://127.0.0.1:9/', BZZZ_NOTIFY_SECRET_FILE: '/s' }
        : {};
      const { origins } = await loaded({ env: { ...other, ...told, [setting.env]: value } });
      expect(origins.get(setting.path)).toEqual({ source: 'environment', where: setting.env });
    },
  );

  it('splits lists and reads booleans', async () => {
    const env = { BZZZ_REPOSITORIES: 'acme/widgets, acme/gadgets', BZZZ_MDNS: 'off' };
    const { config } = await loaded({ env, flags: { 'mesh.bootstrap': ['/a', '/b /c'] } });
    expect(config.repositories).toEqual(['acme/widgets', 'acme/gadgets']);
    expect(config.mesh).toMatchObject({ mdns: false, bootstrap: ['/a', '/b', '/c'] });
  });

  it('takes an empty variable as not set', async () => {
    const { config } = await loaded({ env: { GITHUB_TOKEN: '', BZZZ_SLOTS: '' } });
    expect(config.forge.token).toBeUndefined();
    expect(config.work.slots).toBe('auto');
  });

  it('takes an empty section as not set', async () => {
    const { config } = await loaded({ yaml: 'mesh:\nwork: {}\nwebhook:\nnotify:\n' });
    expect(config.mesh.name).toBe('bzzz');
    expect(config.webhook).toBeUndefined();
    expect(config.notify).toBeUndefined();
  });

  it('resolves paths where they were said', async () => {
    const cwd = await tempDir();
    const other = await tempDir();
    await writeFile(join(other, 'c.yml'), 'dataDir: data\nmesh: { keyFile: ~/k }\n');
    const options = { cwd, home: '/h', env: { GITHUB_TOKEN_FILE: 't' }, flags: {} };
    const { config } = await loadConfig({ ...options, file: join(other, 'c.yml') });
    expect(config.dataDir).toBe(join(other, 'data'));
    expect(config.mesh.keyFile).toBe('/h/k');
    expect(config.forge.tokenFile).toBe(join(cwd, 't'));
  });

  it('looks into the data folder last', async () => {
    const cwd = await tempDir();
    const data = await tempDir();
    await writeFile(join(data, 'bzzz.yml'), 'name: inside\n');
    const options = { cwd, home: cwd, env: { BZZZ_DATA_DIR: data }, flags: {} };
    expect((await loadConfig(options)).config.name).toBe('inside');
    await writeFile(join(cwd, 'bzzz.yml'), 'name: beside\n');
    expect((await loadConfig(options)).config.name).toBe('beside');
    await writeFile(join(cwd, 'c.yml'), 'name: asked-for\n');
    const asked = { ...options, env: { ...options.env, BZZZ_CONFIG: 'c.yml' } };
    expect((await loadConfig(asked)).config.name).toBe('asked-for');
  });

  it('makes a name of any host name', async () => {
    const names = new Map([
      ['Käse server', 'K-se-server'],
      ['_x', 'x'],
      ['', 'peer'],
      ['a'.repeat(80), 'a'.repeat(63)],
    ]);
    for (const [hostName, name] of names) {
      expect((await loaded({ hostName })).config.name).toBe(name);
    }
  });

  it('lets the higher source choose between a secret and its file', async () => {
    const yaml = 'forge: { tokenFile: /t }\n';
    const { config } = await loaded({ yaml, env: { GITHUB_TOKEN: 'abc' } });
    expect(config.forge).toMatchObject({ token: 'abc' });
    expect(config.forge.tokenFile).toBeUndefined();
    const env = { GITHUB_TOKEN: 'abc', GITHUB_TOKEN_FILE: '/t' };
    expect(await complaint({ env })).toContain('either forge.token or forge.tokenFile');
  });

  it('knows where a Vault and a GitHub App lend tokens, with files beside its own', async () => {
    const vault = `
forge:
  vault:
    url: https://vault:8200
    caFile: ca.pem
    auth: { method: appRole, roleId: bzzz, secretIdFile: ~/secret-id }
    secret: { kind: kv, path: bzzz/github }
`;
    const { config, cwd, home } = await loaded({ yaml: vault });
    expect(config.forge.vault).toEqual({
      url: 'https://vault:8200',
      caFile: join(cwd, 'ca.pem'),
      auth: {
        method: 'appRole',
        mount: 'approle',
        roleId: 'bzzz',
        secretIdFile: join(home, 'secret-id'),
      },
      secret: {
        kind: 'kv',
        mount: 'secret',
        path: 'bzzz/github',
        field: 'token',
        rereadMs: 300_000,
      },
    });
    const app = 'forge: { app: { id: 7, installationId: 70, privateKeyFile: app.pem } }\n';
    const other = await loaded({ yaml: app });
    expect(other.config.forge.app).toEqual({
      id: '7',
      installationId: 70,
      privateKeyFile: join(other.cwd, 'app.pem'),
    });
    // As with all that says the same: who says it last, and not two at once.
    const env = { GITHUB_TOKEN_FILE: '/t' };
    const { config: overruled } = await loaded({ yaml: vault, env });
    expect(overruled.forge).toMatchObject({ tokenFile: '/t' });
    expect(overruled.forge.vault).toBeUndefined();
    for (const part of [
      { url: 'http://127.0.0.1:8200' },
      { url: 'http://localhost:8200' },
      { url: 'http://[::1]:8200' },
      { url: 'http://vault:8200', more: ', plainHttp: true' },
    ]) {
      expect((await loaded({ yaml: vaultYaml(part) })).config.forge.vault?.url).toBe(part.url);
    }
    const both = `${vault}  tokenFile: /t\n`;
    expect(await complaint({ yaml: both })).toContain('either forge.tokenFile or forge.vault');
  });
});

/** A Vault in one line, with another part. */
function vaultYaml(part: { auth?: string; secret?: string; url?: string; more?: string }): string {
  const {
    auth = 'method: token, tokenFile: /t',
    secret = 'kind: kv, path: p',
    url = 'https://vault:8200',
    more = '',
  } = part;
  return `forge: { vault: { url: "${url}", auth: { ${auth} }, secret: { ${secret} } ${more} } }\n`;
}

describe('what is refused', () => {
  const cases: readonly (readonly [string, Given, readonly string[]])[] = [
    ['a number that is none', { env: { BZZZ_SLOTS: 'many' } }, ['work.slots', 'BZZZ_SLOTS']],
    ['a number out of range', { yaml: 'work:\n  slots: -1\n' }, ['work.slots', 'bzzz.yml:2']],
    ['a boolean that is none', { env: { BZZZ_MDNS: 'perhaps' } }, ['mesh.mdns', 'BZZZ_MDNS']],
    ['a bad name', { flags: { name: 'a b' } }, ['name', '--name']],
    ['a bad mesh name', { env: { BZZZ_MESH_NAME: 'A' } }, ['mesh.name', 'BZZZ_MESH_NAME']],
    ['a bad key', { env: { BZZZ_MESH_KEY: 'abc' } }, ['mesh.key', '64 hex']],
    ['no address at all', { yaml: 'mesh: { listen: [] }\n' }, ['mesh.listen', 'bzzz.yml:1']],
    ['a bad address', { env: { BZZZ_LISTEN: '/ok x' } }, ['mesh.listen.1', 'BZZZ_LISTEN']],
    ['a bad bootstrap', { flags: { 'mesh.bootstrap': ['x'] } }, ['mesh.bootstrap.0']],
    ['half a webhook', { yaml: 'webhook: { listen: "a:1" }\n' }, ['webhook.secretFile: the file']],
    ['a bad port', { env: { BZZZ_WEBHOOK_LISTEN: '4802' } }, ['webhook.listen: not host:port']],
    ['a bad URL', { env: { GITHUB_API_URL: 'ftp://x' } }, ['forge.apiUrl', 'GITHUB_API_URL']],
    ['a bad repository', { flags: { repositories: ['x'] } }, ['repositories.0', '--repo']],
    ['a bad sandbox', { env: { BZZZ_SANDBOX: 'maybe' } }, ['work.sandbox', 'BZZZ_SANDBOX']],
    ['a bad tool', { flags: { 'work.tools': ['a/b'] } }, ['work.tools.0', '--tools']],
    ['a bad time', { env: { BZZZ_LEASE_MS: '1' } }, ['timing.leaseMs', 'BZZZ_LEASE_MS']],
    ['a misspelt setting', { yaml: 'work:\n  slotz: 1\n' }, ['work.slotz', 'bzzz.yml:2']],
    ['a misspelt section', { yaml: 'wrok:\n  slots: 1\n' }, ['wrok', 'bzzz.yml:2']],
    ['a name with a dot', { yaml: 'work.slots: 3\n' }, ['work.slots', 'bzzz.yml:1']],
    ['a value for a section', { yaml: 'work: 7\n' }, ['work', 'bzzz.yml:1']],
    [
      'no secret of a Vault',
      { yaml: 'forge: { vault: { url: "http://v" } }\n' },
      ['forge.vault.secret'],
    ],
    [
      'a login that Vault has not',
      { yaml: vaultYaml({ auth: 'method: ldap' }) },
      ['appRole, token or'],
    ],
    [
      'a secret in the file',
      { yaml: vaultYaml({ auth: 'method: token, token: x' }) },
      ['auth.token'],
    ],
    ['no role', { yaml: vaultYaml({ auth: 'method: appRole' }) }, ['either roleId or roleIdFile']],
    [
      'a path out of Vault',
      { yaml: vaultYaml({ secret: 'kind: kv, path: ../x' }) },
      ['secret.path'],
    ],
    ['a kind that is none', { yaml: vaultYaml({ secret: 'kind: k, path: p' }) }, ['kv or dynamic']],
    [
      'a password in a URL',
      { yaml: vaultYaml({ url: 'https://a:b@v' }) },
      ['forge.vault.url: a plain'],
    ],
    [
      'a Vault that is spoken to in the clear',
      { yaml: vaultYaml({ url: 'http://vault:8200' }) },
      ['forge.vault.url: over http', 'plainHttp'],
    ],
    [
      'a Vault whose name only begins like loopback',
      { yaml: vaultYaml({ url: 'http://127.0.0.1.example.org' }) },
      ['forge.vault.url: over http'],
    ],
    ['a bad Vault', { yaml: vaultYaml({ url: 'vault:8200' }) }, ['forge.vault.url']],
    [
      'an App without a key',
      { yaml: 'forge: { app: { id: 7, installationId: 1 } }\n' },
      ['privateKeyFile'],
    ],
    ['what is no YAML', { yaml: 'a: [\n' }, ['bzzz.yml:']],
    ['what is no map', { yaml: '- a\n' }, ['bzzz.yml:1']],
    ['a setting said twice', { yaml: 'name: a\nname: b\n' }, ['bzzz.yml:2']],
    ['a file that is not there', { file: '/nowhere/c.yml' }, ['/nowhere/c.yml']],
  ];

  it.each(cases)('%s', async (_, given, parts) => {
    const reason = await complaint(given);
    for (const part of parts) expect(reason).toContain(part);
  });

  it('never shows the value of a secret', async () => {
    const secret = 'not-hex-but-secret';
    expect(await complaint({ env: { BZZZ_MESH_KEY: secret } })).not.toContain(secret);
    const yaml = `mesh:\n  key: ${secret}\n`;
    expect(await complaint({ yaml })).not.toContain(secret);
  });

  it('complains of everything at once', async () => {
    const reason = await complaint({ env: { BZZZ_SLOTS: 'x', BZZZ_MDNS: 'y' } });
    expect(reason).toContain('work.slots');
    expect(reason).toContain('mesh.mdns');
  });
});

describe('showConfig', () => {
  it('hides secrets and nothing else', async () => {
    const env = { GITHUB_TOKEN: 'very-secret', BZZZ_MESH_KEY: 'ab'.repeat(32), BZZZ_NAME: 'n' };
    const shown = showConfig(await loaded({ env }));
    const text = JSON.stringify(shown);
    expect(text).not.toContain('very-secret');
    expect(text).not.toContain('abab');
    expect(shown.find(({ path }) => path === 'forge.token')).toEqual({
      path: 'forge.token',
      value: '********',
      origin: { source: 'environment', where: 'GITHUB_TOKEN' },
    });
    expect(shown.find(({ path }) => path === 'name')?.value).toBe('n');
  });
});
