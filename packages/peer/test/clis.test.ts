/** Coding tools as an operator configures them. */
import { chmod, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRunner, createWorkers } from '@bzzz/execution';
import { Config } from '@bzzz/protocol';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkClis } from '../src/doctor/clis.ts';
import { readModelKey } from '../src/folder/model-key.ts';
import { createLogger, loadConfig } from '../src/index.ts';
import { systemClock } from '../src/system/clock.ts';
import { systemRandom } from '../src/system/random.ts';
import { countRuns } from '../src/figures/counted-runs.ts';
import { offerClis } from '../src/wiring/clis.ts';
import { tempDir } from './support.ts';

function cliOf(cli: object) {
  return Config.parse({ name: 'ash', dataDir: '/tmp/x', cli });
}

async function toolIn(dir: string, body = "console.log('3.2.1 (Claude Code)')") {
  const program = join(dir, 'tool.mjs');
  await writeFile(program, `#!/usr/bin/env node\n${body}\n`);
  await chmod(program, 0o755);
  return program;
}

async function keyIn(dir: string, text = 'sk-key\n', mode = 0o600) {
  const file = join(dir, 'tool.key');
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

describe('the configuration of coding tools', () => {
  it.each([
    [{ claude: {} }, 'cli.claude.apiKeyFile'],
    [{ aider: { apiKeyFile: '/k' } }, 'cli.aider.model'],
    [{ gemini: { apiKeyFile: '/k', program: 'bin/gemini' } }, 'cli.gemini.program'],
    [{ gemini: { apiKeyFile: '/k', model: '--yolo' } }, 'cli.gemini.model'],
    [{ emacs: { apiKeyFile: '/k' } }, 'emacs'],
  ])('%j is refused: %s', async (cli, word) => {
    const dir = await tempDir();
    const file = join(dir, 'bzzz.yml');
    await writeFile(file, JSON.stringify({ cli }));
    const work = loadConfig({ file, env: {}, flags: {}, home: dir });
    await expect(work).rejects.toMatchObject({ code: 'config_invalid' });
    await expect(work).rejects.toThrow(word);
  });

  it('takes a key file from where the configuration lies, and none for a server that wants none', async () => {
    const dir = await tempDir();
    const file = join(dir, 'bzzz.yml');
    const codex = { apiUrl: 'http://10.0.0.7:8080/v1' };
    await writeFile(file, JSON.stringify({ cli: { claude: { apiKeyFile: 'a.key' }, codex } }));
    const { config } = await loadConfig({ file, env: {}, flags: {}, home: dir });
    expect(config.cli.claude).toMatchObject({ enabled: true, apiKeyFile: join(dir, 'a.key') });
    expect(config.cli.codex).toMatchObject(codex);
  });
});

describe('the key of a model API', () => {
  it('is read anew each time, and only if nobody else can read it', async () => {
    const dir = await tempDir();
    const file = await keyIn(dir);
    expect(await readModelKey(file)).toBe('sk-key');
    await keyIn(dir, 'sk-new\n');
    expect(await readModelKey(file)).toBe('sk-new');
    await keyIn(dir, 'sk-new\n', 0o644);
    await expect(readModelKey(file)).rejects.toMatchObject({
      code: 'model_key_unusable',
      reason: expect.stringContaining('mode 0644'),
    });
  });

  it.each([
    ['empty', ''],
    ['two lines', 'sk-a\nsk-b'],
    ['a header in it', 'sk-a\r\nx-other: 1'],
  ])('is refused when the file is wrong: %s', async (_, text) => {
    const file = await keyIn(await tempDir(), text);
    await expect(readModelKey(file)).rejects.toMatchObject({ code: 'model_key_unusable' });
    await expect(readModelKey(`${file}.none`)).rejects.toMatchObject({
      code: 'model_key_unusable',
    });
  });
});

describe('doctor', () => {
  it('says of each wanted tool its version, or what to do', async () => {
    const dir = await tempDir();
    const apiKeyFile = await keyIn(dir);
    const program = await toolIn(dir);
    const config = cliOf({
      claude: { apiKeyFile, program },
      codex: { apiKeyFile, program: '/nowhere/codex' },
      gemini: { apiKeyFile, enabled: false },
    });
    const wanted = /claude|codex/;
    const checks = (await checkClis(config)).filter(({ name }) => wanted.test(name));
    expect(checks).toEqual([
      { name: 'coding tool claude', ok: true, detail: 'version 3.2.1', advice: null },
      expect.objectContaining({
        name: 'coding tool codex',
        ok: false,
        detail: 'not installed',
        advice: expect.stringContaining('npm install --global @openai/codex'),
      }),
    ]);
    await keyIn(dir, 'sk-key', 0o640);
    const [unsafe] = await checkClis(config);
    expect(unsafe).toMatchObject({ ok: false, detail: expect.stringContaining('0640') });
  });

  it('tells a tool that does not start from one that is not there', async () => {
    const dir = await tempDir();
    const program = await toolIn(dir, "console.error('no such library'); process.exit(3)");
    const config = cliOf({ claude: { apiKeyFile: await keyIn(dir), program } });
    const [check] = await checkClis(config);
    expect(check).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/exit code 3: no such library/),
    });
  });

  it('tells of a tool that is there, and of which the configuration says nothing', async () => {
    const dir = await tempDir();
    const program = join(dir, 'codex');
    await symlink(await toolIn(dir), program);
    vi.stubEnv('PATH', `${dir}:${process.env['PATH']}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const told = async (config: Parameters<typeof cliOf>[0]) =>
      (await checkClis(cliOf(config))).find(({ name }) => name === 'coding tool codex');
    const detail = expect.stringMatching(/not offered, since .* no section `cli.codex`/);
    expect(await told({})).toMatchObject({ ok: true, detail });
    expect(await told({ codex: { apiKeyFile: '/key', enabled: false } })).toBeUndefined();
  });
});

it('a tool that is there at the start is offered at once, and only if it is wanted', async () => {
  const dir = await tempDir();
  const program = await toolIn(dir);
  const wanted = { apiKeyFile: await keyIn(dir), program };
  const config = cliOf({ claude: wanted, gemini: { ...wanted, enabled: false } });
  const { runner, reach } = countRuns(createRunner({ sandbox: 'required' }));
  const { cli, look, ready } = offerClis(
    {
      runner,
      reach,
      workers: createWorkers({ clock: systemClock, random: systemRandom, runner }),
      logger: createLogger({ level: 'error', format: 'text', write: () => undefined }),
    },
    config.cli,
  );
  await look(new AbortController().signal);
  expect(ready()).toHaveLength(1);
  expect(Object.keys(cli)).toEqual(['claude']);
  expect(cli.claude?.ready?.()).toBe(true);
});
