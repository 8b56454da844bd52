/** What needs no running peer: help, bad usage, init, config, doctor. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse as parseYaml } from 'yaml';
import { afterEach, describe, expect, it } from 'vitest';
import { createCleanups, run, runHere, runJson, tempDir } from './support.ts';

const cleanups = createCleanups();
afterEach(() => cleanups.run());

describe('usage', () => {
  it('shows help', async () => {
    for (const args of [[], ['--help'], ['-h']]) {
      const { code, out, err } = await runHere(args);
      expect([code, err]).toEqual([0, '']);
      for (const command of 'init up status peers tasks why submit logs index doctor policy config'.split(
        ' ',
      )) {
        expect(out).toMatch(new RegExp(`^  ${command} `, 'm'));
      }
    }
    expect((await runHere(['submit', '--help'])).out).toContain('--recipe <name>');
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [['nothing'], 'unknown command'],
    [['status', 'x'], 'too many arguments'],
    [['status', '--nothing'], 'unknown option'],
    [['why'], 'missing required argument'],
    [['why', '1', '2'], 'too many arguments'],
    [['status', '--data'], 'argument missing'],
    [['submit'], '--recipe, or --title'],
    [['submit', '--title', 'x', '--param', 'a=1'], 'name it by --recipe'],
    [['submit', '--title', 'x', '--text', 'recipe: y'], 'would be read as a recipe'],
    [['submit', '--recipe', 'A b'], 'not a recipe name'],
    [['submit', '--recipe', 'x', '--param', 'noequals'], 'not name=value'],
    [['submit', '--recipe', 'x', '--param', 'a=1', 'a=2'], 'given twice'],
    [['submit', '--recipe', 'x', '--repo', 'y'], 'not owner/name'],
    [['logs', '-n', 'x'], 'whole number'],
    [['logs', '--since', 'soon'], 'Neither as 10m'],
    [['logs', 'ant', '--from', '3'], 'own journal only'],
    [['logs', '--output'], 'about a task'],
    [['logs', 'ant', '--output'], 'about a task'],
    [['key', 'make', 'wall', '--role', 'king'], 'Allowed choices'],
    [['key', 'make', 'wall', '--role', 'viewer', '--scope', 'view'], 'either --role or --scope'],
    [['index', 'burn'], 'unknown command'],
    [['index'], 'name one of its commands'],
    [['key'], 'name one of its commands'],
    [['policy', 'check', 'no/such/file'], 'cannot read the policy'],
    [['policy', 'bake'], 'unknown command'],
    [['up', '--log-level', 'loud'], 'Allowed choices'],
  ])('refuses %j', async (args, word) => {
    const { code, out, err } = await runHere(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('cli_usage');
    expect(err).toContain(word);
    expect(err).not.toContain('    at ');
  });

  it('refuses a configuration that is named and not there, wherever its data are', async () => {
    const missing = ['--config', join(await tempDir(cleanups), 'none.yml')];
    for (const data of [[], ['--data', await tempDir(cleanups)]]) {
      const { code, out, err } = await runHere(['status', ...data, ...missing]);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('config_invalid');
      expect(err).toContain('none.yml');
    }
  });

  it('refuses as a process too', async () => {
    const { code, out, err } = await run(['nothing']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe(
      "bzzz: cli_usage: unknown command 'nothing'\n" +
        '  `bzzz --help` lists the commands, `bzzz <command> --help` what each takes.\n',
    );
  });

  it('says so when no peer runs', async () => {
    const data = ['--data', await tempDir(cleanups)];
    const calls = [
      ['status'],
      ['peers'],
      ['tasks'],
      ['tasks', '1'],
      ['why', '1'],
      ['why', 'ant'],
      ['logs'],
      ['logs', '-f'],
      ['logs', '--mesh', '-f'],
      ['index', 'rebuild'],
      ['submit', '--recipe', 'x'],
    ];
    const ran = await Promise.all(calls.map((args) => runHere([...args, ...data])));
    for (const { code, out, err } of ran) {
      expect([code, out]).toEqual([3, '']);
      expect(err).toContain('peer_not_running');
      expect(err).toContain('bzzz up');
    }
    const { code, err } = await run(['status', ...data, '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'peer_not_running' } });
  });

  it('shows a stack to whoever asks for it', async () => {
    const data = ['--data', await tempDir(cleanups)];
    const { err } = await run(['status', ...data], { env: { BZZZ_DEBUG: '1' } });
    expect(err).toContain('    at ');
  });

  it('reads only what its configuration may say', async () => {
    const cwd = await tempDir(cleanups);
    await writeFile(join(cwd, 'bzzz.yml'), 'work:\n  slots: many\n');
    for (const command of ['config', 'up', 'init']) {
      const { code, err } = await run([command], { cwd, env: { HOME: cwd } });
      expect(code).toBe(2);
      expect(err).toContain('config_invalid');
      expect(err).toContain('bzzz.yml:2');
    }
    const { code, out } = await run(['doctor'], { cwd, env: { HOME: cwd } });
    expect(code).toBe(1);
    expect(out).toMatch(/^WRONG configuration: work\.slots/m);
  });

  it('will not guess a forge', async () => {
    const cwd = await tempDir(cleanups);
    const env = { HOME: cwd, BZZZ_REPOSITORIES: 'acme/widgets' };
    const { code, err } = await run(['up'], { cwd, env });
    expect(code).toBe(2);
    expect(err).toContain('cli_forge_unset');
  });

  it('starts no forge of its own inside of a mesh that it joined', async () => {
    const cwd = await tempDir(cleanups);
    const dir = join(cwd, 'peer');
    await run(['init', '--data', dir], { cwd, env: { HOME: cwd } });
    // As `bzzz join` leaves it: whose mesh it is, and not the key.
    await rm(join(dir, 'operator.key'));
    const { code, out, err } = await run(['up', '--data', dir], { cwd, env: { HOME: cwd } });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('cli_forge_unset');
    expect(err).toContain('joined');
    expect(await readdir(dir)).not.toContain('journal');
  });
});

describe('init', () => {
  it('makes a folder that is ready, and keeps what is there', async () => {
    const dir = join(await tempDir(cleanups), 'peer');
    const args = ['init', '--data', dir, '--name', 'given', '--repo', 'acme/a', 'acme/b'];
    const cwd = await tempDir(cleanups);
    const made = await runJson([...args, '--token-file', 'token'], { cwd });
    expect(made.made).toEqual({ identity: true, meshKey: true, operator: true, config: true });
    for (const file of ['identity.key', 'mesh.key', 'operator.key', 'bzzz.yml']) {
      expect((await stat(join(dir, file))).mode & 0o777).toBe(0o600);
    }
    const written = parseYaml(await readFile(join(dir, 'bzzz.yml'), 'utf8'));
    expect(written).toMatchObject({ name: 'given', repositories: ['acme/a', 'acme/b'] });
    expect(written.forge.tokenFile).toBe(join(cwd, 'token'));
    const again = await runJson(['init', '--data', dir, '--name', 'other']);
    const nothing = { identity: false, meshKey: false, operator: false, config: false };
    expect(again.made).toEqual(nothing);
    expect(again.operator).toBe(made.operator);
    expect(again.peer).toBe(made.peer);
    const text = (await run(['init', '--data', dir])).out;
    expect(text).toContain('kept  identity');
    expect(text).toContain(made.peer);
    // Every line that is commented out is one that may be said.
    const template = await readFile(join(dir, 'bzzz.yml'), 'utf8');
    const all = template.replaceAll(/^( *)# ([A-Za-z]+: (?!\.\.\.))/gm, '$1$2');
    await writeFile(join(dir, 'bzzz.yml'), all);
    const { settings } = await runJson(['config', '--data', dir]);
    const inFile = settings.filter(
      (one: { origin: { source: string } }) => one.origin.source === 'file',
    );
    expect(inFile.length).toBeGreaterThan(15);
  });

  it('names what is to be said yet before the peer can start, and nothing else', async () => {
    const folder = async () => ['init', '--data', join(await tempDir(cleanups), 'peer')];
    const bare = (await run(await folder())).out;
    expect(bare).toContain('Next: name your repositories and a token in the configuration');
    expect(bare).toContain('Without a token `bzzz up` starts an embedded forge');
    const half = (await run([...(await folder()), '--repo', 'acme/a'])).out;
    expect(half).toContain('Next: name a token in the configuration');
    // `bzzz up` refuses that.
    expect(half).not.toContain('embedded forge');
    const args = ['--repo', 'acme/a', '--token-file', 'token'];
    expect((await run([...(await folder()), ...args])).out).toContain('Next: `bzzz doctor`');
  });

  it('refuses a key that others can read', async () => {
    const dir = await tempDir(cleanups);
    await run(['init', '--data', dir]);
    await chmod(join(dir, 'identity.key'), 0o644);
    const { code, err } = await run(['init', '--data', dir]);
    expect(code).toBe(1);
    expect(err).toContain('peer_key_unsafe');
  });
});

describe('config', () => {
  it('shows where each value came from, and no secret', async () => {
    const cwd = await tempDir(cleanups);
    await writeFile(join(cwd, 'bzzz.yml'), 'work:\n  slots: 3\n');
    const env = { HOME: cwd, GITHUB_TOKEN: 'very-secret', BZZZ_NAME: 'n' };
    const { out, code } = await run(['config', '--mesh', 'm'], { cwd, env });
    expect(code).toBe(0);
    expect(out).toMatch(/^work\.slots +3 +\S*bzzz\.yml:2$/m);
    expect(out).toMatch(/^name +n +BZZZ_NAME$/m);
    expect(out).toMatch(/^mesh\.name +m +--mesh$/m);
    expect(out).toMatch(/^forge\.token +\*+ +GITHUB_TOKEN$/m);
    expect(out).not.toContain('very-secret');
    const json = await run(['config', '--json'], { cwd, env });
    expect(json.out).not.toContain('very-secret');
    expect(JSON.parse(json.out).settings.length).toBeGreaterThan(15);
  });
});

describe('doctor without a peer', () => {
  it('says that it does not run, and checks the rest', async () => {
    const cwd = await tempDir(cleanups);
    const env = { HOME: cwd, GITHUB_API_URL: 'http://127.0.0.1:1', BZZZ_MDNS: 'off' };
    const ran = await run(['doctor', '--data', join(cwd, 'd'), '--json'], { cwd, env });
    expect(ran.code).toBe(1);
    const { checks } = JSON.parse(ran.out);
    expect(checks[0]).toMatchObject({ name: 'peer', ok: false });
    const names = checks.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['node', 'git', 'disk', 'forge', 'port', 'mesh']));
  });
});

describe('bin/bzzz', () => {
  const shim = fileURLToPath(new URL('../bin/bzzz', import.meta.url));

  /** An installation in which `node` tells how it was called. */
  async function installation(nodeAt: string | null) {
    const root = await tempDir(cleanups);
    const bin = join(root, 'packages', 'cli', 'bin');
    await mkdir(bin, { recursive: true });
    await mkdir(join(root, 'packages', 'cli', 'dist'));
    await writeFile(join(root, 'packages', 'cli', 'dist', 'main.js'), '');
    await copyFile(shim, join(bin, 'bzzz'));
    await chmod(join(bin, 'bzzz'), 0o755);
    if (nodeAt !== null) {
      const folder = join(root, nodeAt, 'node_modules', '.bin');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'node'), '#!/bin/sh\necho "own node: $@"\n', { mode: 0o755 });
    }
    return { root, command: join(bin, 'bzzz') };
  }

  async function call(command: string, path = '/usr/bin:/bin') {
    const child = spawn(command, ['a', 'b c'], { env: { PATH: path } });
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.stderr.on('data', (piece: Buffer) => pieces.push(piece));
    const [code] = await once(child, 'close');
    return { code, text: Buffer.concat(pieces).toString() };
  }

  it.each(['', 'packages/cli'])("takes the project's own Node in %j", async (nodeAt) => {
    const { root, command } = await installation(nodeAt);
    const main = `${root}/packages/cli/bin/../dist/main.js`;
    expect(await call(command)).toEqual({ code: 0, text: `own node: ${main} a b c\n` });
    // As npm installs it: a link from elsewhere.
    await symlink(command, join(root, 'link'));
    expect(await call(join(root, 'link'))).toMatchObject({ code: 0 });
  });

  it('says what to do without a Node that is new enough', async () => {
    const { root, command } = await installation(null);
    const old = join(root, 'old');
    await mkdir(old);
    await writeFile(join(old, 'node'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const { code, text } = await call(command, `${old}:/usr/bin:/bin`);
    expect(code).toBe(1);
    expect(text).toContain('scripts/setup');
  });
});

describe('policy', () => {
  const example = fileURLToPath(new URL('../../../deploy/policy/policy.yml', import.meta.url));

  it('check says what bzzz accepts, and what that allows', async () => {
    const { code, out, err } = await runHere(['policy', 'check', example]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('bzzz accepts it');
    expect(out).toMatch(/recipe format +`npx --no prettier --write src\/\{folder\}`; accepted by/);
    expect(out).toMatch(/recipe refresh .*; may reach packages\.example\.org/);
    expect(out).toMatch(/in plain words +architect, then coder, then critic; at most 50 answers/);
    expect(out).toMatch(/step architect +looks, .*; qwen3:32b; runs nothing; reaches nothing/);
    expect(out).toMatch(/step coder +changes files; claude or qwen2\.5-coder:14b or/);
    expect(out).toMatch(/step critic .*sends it back once; .*; may run test `node --test`/);
    const { recipes } = await runJson(['policy', 'check', example]);
    expect(Object.keys(recipes)).toEqual(['format', 'refresh']);
  });

  it.each([
    ['version: 2', 'version'],
    ['version: 1\nlimits: {atemptMs: 5}', 'atemptMs'],
    ['version: 1\nrecipes: {go: {run: "rm -rf /", accept: [t]}}', 'recipes.go.run'],
    ['version: 1\nroles: {critic: {}}', 'no step of `plain` asks for this role'],
    ['version: 1\nprotected: ["secrets/*.{pem,key}"]', 'protected.0'],
    ['version: [', 'line 1'],
  ])('check says what is wrong with %j', async (text, word) => {
    const file = join(await tempDir(cleanups), 'policy.yml');
    await writeFile(file, text);
    const { code, out, err } = await runHere(['policy', 'check', file]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('policy_invalid');
    expect(err).toContain(word);
  });

  it('check warns where a result could mend its own judge, and what to do', async () => {
    const file = join(await tempDir(cleanups), 'policy.yml');
    await writeFile(file, 'version: 1\nrecipes: {go: {run: [fmt], accept: [./check.sh]}}');
    for (const more of [[], ['--json']]) {
      const { code, err } = await runHere(['policy', 'check', file, ...more]);
      expect(code).toBe(0);
      expect(err).toBe(
        'warning: recipes.go.accept: `./check.sh`: a result may change check.sh, which it runs; name it in `judge`\n',
      );
    }
  });

  it('check warns of patterns that name a folder, where only files are looked at', async () => {
    const root = await tempDir(cleanups);
    await mkdir(join(root, 'infra', '[id]'), { recursive: true });
    await mkdir(join(root, '.bzzz'));
    await writeFile(join(root, 'NOTE.md'), '');
    const file = join(root, '.bzzz', 'policy.yml');
    const lists = String.raw`protected: [infra, "infra/**", NOTE.md], allowed: ['infra/\[id\]']`;
    await writeFile(file, `{version: 1, ${lists}}`);
    const { code, err } = await runHere(['policy', 'check', file]);
    expect(code).toBe(0);
    expect(err.split('\n')).toEqual([
      'warning: protected: `infra`: a folder, which names no file in it; `infra/**` does',
      String.raw`warning: allowed: \`infra/\[id\]\`: a folder, which names no file in it; \`infra/\[id\]/**\` does`.replaceAll(
        '\\`',
        '`',
      ),
      '',
    ]);
  });

  it('schema is the one that stands beside the example', async () => {
    const { out } = await runHere(['policy', 'schema']);
    const beside = await readFile(example.replace('policy.yml', 'policy.schema.json'), 'utf8');
    expect(JSON.parse(out)).toEqual(JSON.parse(beside));
  });
});

describe('a port that the configuration names and somebody else has', () => {
  it('ends the start with what to do, and nothing was begun', async () => {
    const other = createServer().listen({ host: '127.0.0.1', port: 0 });
    await once(other, 'listening');
    cleanups.add(() => other.close());
    const at = other.address();
    const listen = `127.0.0.1:${at === null || typeof at === 'string' ? '' : at.port}`;
    const dir = await tempDir(cleanups);
    const { code, out, err } = await run(['up', '--data', dir, '--gateway-listen', listen]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('gateway_port_taken');
    expect(err).toContain('gateway.listen');
    expect(err).not.toContain('    at ');
    expect(await readdir(dir)).not.toContain('journal');
  });
});
